"""python -m studies.sampler_race: samplers x problems x seeds, regret after so many evaluations.

With --table the problems are that table and four made harder of it; without, made ones alone.
Finished runs are kept in runs.csv and not repeated, so it can be stopped.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from nas.commandline import Parser, count, run
from nas.core.errors import InputError
from search_spaces.tabular import Table
from studies.sampler_race import made
from studies.sampler_race.plot import plot
from studies.sampler_race.problem import Problem
from studies.sampler_race.run import MOVED, OURS, RAW, SAMPLERS, race
from studies.sampler_race.summary import AT, summary

VARIANTS = ("plain", "noisy", "shifted", "infeasible", "permuted")
SHORT = {"optuna gp": 100}  # a second or more a proposal
IDENTITY = ("problem", "sampler", "seed", "evaluations", "batch")  # of a run


@dataclass(frozen=True, kw_only=True)
class Source:
    """By what a worker makes its problem again."""

    table: Path | None
    knobs: tuple[str, ...]
    objectives: str
    costs: tuple[str, ...]
    ordered: tuple[str, ...]
    variant: str


@lru_cache(maxsize=4)
def problem_of(source: Source) -> Problem:
    """The table, or the large made problem, or one of them made harder."""
    if source.table is None:
        plain = made.large()
    else:
        table = Table(
            source.table,
            knobs=source.knobs,
            objectives=source.objectives,
            costs=source.costs,
            ordered=source.ordered,
        )
        plain = Problem(source.table.stem, table, table, table.members)
    return plain if source.variant == "plain" else getattr(made, source.variant)(plain)


def one(source: Source, sampler: str, seed: int, evaluations: int, batch: int) -> dict[str, object]:
    """A row of runs.csv."""
    problem = problem_of(source)
    at = [k for k in AT if k <= evaluations]
    outcome = race(problem, sampler, seed=seed, evaluations=evaluations, batch=batch)
    regrets = zip(at, problem.regrets(outcome.genomes, at), strict=True)
    return {
        "problem": problem.name,
        "sampler": sampler,
        "batch": batch,
        "seed": seed,
        "evaluations": evaluations,
        **{f"regret_{k}": round(regret, 6) for k, regret in regrets},
        "duplicates": round(outcome.duplicates, 4),
        "outside": round(outcome.outside, 4),
        "milliseconds": round(1000 * sum(outcome.seconds) / len(outcome.seconds), 3),
        "slowest_milliseconds": round(1000 * max(outcome.seconds), 3),
    }


def main(argv: list[str] | None = None) -> int:
    """Race what is missing, then write the summary and the plot."""
    args = _parser().parse_args(argv)
    for name in args.samplers:
        if name not in SAMPLERS:
            names = ", ".join((*OURS, *RAW))
            raise InputError(
                f"--samplers {name}: expected some of {names}; Optuna's also with{MOVED!r} behind"
            )
    for name in args.variants:
        if name not in VARIANTS:
            raise InputError(f"--variants {name}: expected some of {', '.join(VARIANTS)}")
    args.out.mkdir(parents=True, exist_ok=True)
    path = args.out / "runs.csv"
    rows: list[dict[Any, Any]] = pd.read_csv(path).to_dict("records") if path.exists() else []
    known = {tuple(row[name] for name in IDENTITY) for row in rows}
    missing = [work for work in _work(args) if _identity(*work) not in known]
    with ProcessPoolExecutor(args.workers) as pool:
        under_way = [pool.submit(one, *work) for work in missing]
        for number, future in enumerate(as_completed(under_way), 1):
            rows.append(dict(future.result()))
            pd.DataFrame(rows).to_csv(path, index=False)
            print(
                f"[{number}/{len(missing)}] {rows[-1]['problem']}, {rows[-1]['sampler']}",
                file=sys.stderr,
            )
    table = summary(pd.DataFrame(rows))
    table.to_csv(args.out / "summary.csv", index=False)
    plot(table, args.out / "race.png")
    print(table.to_string(index=False))
    return 0


def _work(args: Namespace) -> Iterator[tuple[Source, str, int, int, int]]:
    for variant in args.variants:
        source = Source(
            table=args.table,
            knobs=args.knobs,
            objectives=args.objectives,
            costs=args.costs,
            ordered=args.ordered,
            variant=variant,
        )
        for sampler in dict.fromkeys(("random", *args.samplers)):  # what all are held against
            evaluations = min(args.evaluations, SHORT.get(sampler, args.evaluations))
            for seed in range(args.seeds):
                yield source, sampler, seed, evaluations, args.batch


def _identity(source: Source, *others: object) -> tuple[object, ...]:
    return problem_of(source).name, *others


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _parser() -> Parser:
    parser = Parser(prog="python -m studies.sampler_race", description=str(__doc__))
    add = parser.add_argument
    add("--table", type=Path, metavar="FILE", help="a CSV; see the study's README for a public one")
    add("--knobs", type=_names, default=(), metavar="A,B")
    add("--objectives", default="", metavar="acc:max,params:min")
    add("--costs", type=_names, default=(), metavar="A,B")
    add("--ordered", type=_names, default=(), metavar="A,B")
    add("--variants", type=_names, default=("plain",), metavar="A,B", help=", ".join(VARIANTS))
    add("--samplers", type=_names, default=OURS, metavar="A,B")
    add("--seeds", type=count, default=20, metavar="N")
    add("--evaluations", type=count, default=200, metavar="N")
    add(
        "--batch",
        type=count,
        default=1,
        metavar="N",
        help="evaluations under way at once, as with so many workers; default: 1",
    )
    add("--workers", type=count, default=2, metavar="N")
    add("--out", type=Path, required=True, metavar="DIR")
    return parser


if __name__ == "__main__":
    sys.exit(run(main))
