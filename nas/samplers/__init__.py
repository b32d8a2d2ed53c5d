"""What to try next: Optuna samplers, each kept inside the region and off what was seen before."""

from collections.abc import Callable, Sequence

from optuna.samplers import BaseSampler, GPSampler, NSGAIISampler, TPESampler

from nas.core.errors import InputError
from nas.core.objective import Objective
from nas.samplers.bayesian import BayesianSampler
from nas.samplers.evolution import EvolutionSampler
from nas.samplers.in_region import InRegion
from nas.samplers.proposal import distributions
from nas.windows import Region

_Foreign = Callable[[int], BaseSampler]

_FOREIGN: dict[str, _Foreign] = {
    "tpe": lambda seed: TPESampler(seed=seed, n_startup_trials=10),
    "nsgaii": lambda seed: NSGAIISampler(seed=seed, population_size=20),
    "gp": lambda seed: GPSampler(seed=seed),
}
SEEDS = 2**32  # that numpy's generators take
DEFAULT = "bayesian"  # what auto means today; a study keeps the name of what it used
SAMPLERS = ("auto", "random", "evolution", "bayesian", *_FOREIGN)


def make_sampler(
    name: str, region: Region, *, seed: int, known: int, objectives: Sequence[Objective]
) -> BaseSampler:
    """The sampler called `name`; `known` is how many trials the study already holds.

    Optuna's own samplers draw from a seeded stream, so a resumed search gives them another one.
    """
    if name == "auto":
        name = DEFAULT
    if name == "random":
        return InRegion(region, seed=seed, inner=None)
    if name == "evolution":
        return EvolutionSampler(region, seed=seed)
    if name == "bayesian":
        return BayesianSampler(region, seed=seed, objectives=objectives)
    if name in _FOREIGN:
        return InRegion(region, seed=seed, inner=_FOREIGN[name]((seed + known) % SEEDS))
    raise InputError(f"--sampler {name}: expected one of {', '.join(SAMPLERS)}")


__all__ = [
    "DEFAULT",
    "SAMPLERS",
    "BayesianSampler",
    "EvolutionSampler",
    "InRegion",
    "distributions",
    "make_sampler",
]
