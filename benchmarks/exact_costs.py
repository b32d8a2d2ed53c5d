"""Prices a second, and samples a second inside budget windows, ours against the alternatives.

    python -m benchmarks.exact_costs [--quick] [--out benchmarks/exact_costs.csv]

One thread. Pricing: closed form of one configuration; many at once along the chain; building the
network on the meta device and adding up its parameters; fvcore with our handlers, where a network
has to be built and traced. Windows: draws from the counting table against uniform rejection,
Optuna's TPE and NSGA-II with the window as two constraints (`trial.set_constraint`).
"""

import argparse
import random
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import optuna
import pandas as pd
import torch
from optuna.samplers import BaseSampler, NSGAIISampler, TPESampler

from benchmarks.machine import machine, timed
from nas.core.budget import Budget, parse_bound
from nas.core.draws import random_genome
from nas.core.fidelity import Setting
from nas.core.space import key_of
from nas.costs.by_fvcore import fvcore_counts
from nas.windows import Region
from nas.windows.pricing import Prices
from search_spaces.accvit import SPACE

WINDOWS = (
    {"params": "5M-30M"},
    {"params": "28M-28.5M"},
    {"params": "28.3M-28.4M"},
    {"params": "5M-30M", "macs": "1G-6G"},
    {"params": "28.3M-28.4M", "macs": "5G-6G"},
)


def region(**bounds: str) -> Region:
    """The whole space under a budget."""
    return Region(
        space=SPACE,
        choices={knob.name: knob.choices for knob in SPACE.knobs},
        budget=Budget(tuple(parse_bound(metric, text) for metric, text in bounds.items())),  # type: ignore[arg-type]
        target=Setting(),
    )


def pricing(*, many: int, few: int, runs: int) -> Iterator[dict[str, object]]:
    """Configurations priced a second, four ways."""
    window = region().window
    assert window is not None
    some = window.draw(random.Random(0), 2000)
    configurations = [SPACE.decode(priced.genome) for priced in some]
    # Columns, not a million dictionaries, which Python would look through time and again.
    table = pd.DataFrame([priced.genome for priced in some])
    table = table.sample(many, replace=True, random_state=0, ignore_index=True)
    started = time.perf_counter()
    prices = Prices(window.chain)
    ready = time.perf_counter() - started
    ways: list[tuple[str, int, Callable[[], object]]] = [
        ("closed form, one by one", 2000, lambda: [SPACE.cost(one) for one in configurations]),
        ("closed form, many at once", len(table), lambda: prices(table)),
        (
            "parameters of a network built on the meta device",
            few,
            lambda: [_built(one) for one in configurations[:few]],
        ),
        (
            "fvcore with our handlers",
            few,
            lambda: [_counted(one) for one in configurations[:few]],
        ),
    ]
    for name, count, work in ways:
        timing = timed(work, runs=runs)
        yield {
            "what": name,
            "n": count,
            "seconds": timing.median,
            "spread": timing.spread,
            "per_second": count / timing.median,
            "ready_seconds": ready if "many" in name else 0.0,
        }


def _built(configuration: object) -> int:
    with torch.device("meta"):
        network = SPACE.build(configuration)  # type: ignore[arg-type]
    return sum(parameter.numel() for parameter in network.parameters())


def _counted(configuration: object) -> int:
    offer = SPACE.verification
    network = SPACE.build(configuration)  # type: ignore[arg-type]
    return fvcore_counts(network, offer.image(configuration), offer.handlers)[""].macs


def windows(*, draws: int, trials: int) -> Iterator[dict[str, object]]:
    """Samples a second and share inside, for each window and way."""
    for bounds in WINDOWS:
        inside = region(**bounds)
        started = time.perf_counter()
        assert inside.window is not None
        least, most = inside.window.count
        ready = time.perf_counter() - started
        ways: dict[str, Callable[[], tuple[int, int, int]]] = {
            "table": partial(_by_table, inside, draws),
            "rejection": partial(_by_rejection, inside, draws),
            "TPE, constrained": partial(_by_optuna, inside, TPESampler(seed=0), trials),
            "NSGA-II, constrained": partial(
                _by_optuna, inside, NSGAIISampler(seed=0, population_size=20), trials
            ),
        }
        for name, run in ways.items():
            started = time.perf_counter()
            proposed, found, keys = run()
            seconds = time.perf_counter() - started
            yield {
                "window": str(inside.budget),
                "way": name,
                "proposed": proposed,
                "inside": found,
                "share": found / proposed,
                "duplicates": 1 - keys / found if found else 0.0,
                "inside_per_second": found / seconds,
                "seconds": seconds,
                "ready_seconds": ready if name == "table" else 0.0,
                "least": least,
                "most": most,
            }


def _by_table(inside: Region, draws: int) -> tuple[int, int, int]:
    """Proposed, inside, different."""
    assert inside.window is not None
    drawn = inside.window.draw(random.Random(0), draws)
    return draws, len(drawn), len({key_of(priced.genome) for priced in drawn})


def _by_rejection(inside: Region, draws: int) -> tuple[int, int, int]:
    rng, keys, found = random.Random(0), set(), 0
    for _ in range(draws):
        genome = random_genome(SPACE.knobs, rng)
        if SPACE.violation(genome) is None and inside.budget.admits(
            SPACE.cost(SPACE.decode(genome))
        ):
            found += 1
            keys.add(key_of(SPACE.canonical(genome)))
    return draws, found, len(keys)


def _by_optuna(inside: Region, sampler: BaseSampler, trials: int) -> tuple[int, int, int]:
    """Minimise MACs under the window: a sampler must be given something to want."""
    study = optuna.create_study(sampler=sampler)
    keys, found = set(), 0

    def objective(trial: optuna.Trial) -> float:
        nonlocal found
        genome: dict[str, Any] = {
            knob.name: trial.suggest_categorical(knob.name, knob.choices) for knob in SPACE.knobs
        }
        if SPACE.violation(genome) is not None:
            trial.set_constraint("valid", 1.0)
            return float("inf")
        cost = SPACE.cost(SPACE.decode(genome))
        for bound in inside.budget.bounds:
            value = cost.of(bound.metric)
            trial.set_constraint(f"{bound.metric} low", ((bound.low or 0) - value) / value)
            trial.set_constraint(f"{bound.metric} high", (value - (bound.high or value)) / value)
        if inside.budget.admits(cost):
            found += 1
            keys.add(key_of(SPACE.canonical(genome)))
        return float(cost.macs)

    study.optimize(objective, n_trials=trials)
    return trials, found, len(keys)


def main() -> None:
    """Measure, print, and write the two tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a hundredth of the work")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/exact_costs"))
    args = parser.parse_args()
    torch.set_num_threads(1)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    on = machine()
    print(on)
    args.out.mkdir(parents=True, exist_ok=True)
    size = 100 if args.quick else 1
    measurements = {
        "pricing": pricing(
            many=1_000_000 // size, few=1 if args.quick else 10, runs=1 if args.quick else 3
        ),
        "windows": windows(draws=20_000 // size, trials=max(10, 500 // size)),
    }
    for name, rows in measurements.items():
        table = pd.DataFrame(rows)
        table["machine"] = on
        table.to_csv(args.out / f"{name}.csv", index=False, float_format="%.6g")
        print(table.drop(columns="machine").to_string(index=False))


if __name__ == "__main__":
    main()
