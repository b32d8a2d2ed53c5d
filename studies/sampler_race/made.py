"""Problems that are made: others with a difficulty added, and a large one without a table."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from itertools import combinations
from math import exp, log

import numpy as np

from nas.core.evaluated import EvaluatedSpace
from nas.core.knob import Genome, Knob, Value
from nas.core.objective import Objective
from studies.sampler_race.problem import Problem


class Wrapped(EvaluatedSpace):
    """Another space as it is, for families to change."""

    def __init__(self, inner: EvaluatedSpace) -> None:
        self.inner, self.name = inner, inner.name
        self.knobs, self.objectives = inner.knobs, inner.objectives
        self.measured: Objective = next(
            one for one in inner.weighed(None) if one.name not in inner.priced
        )

    @property
    def members(self) -> Sequence[Genome] | None:
        """The inner space's."""
        return self.inner.members

    def violation(self, genome: Genome) -> str | None:
        """The inner space's."""
        return self.inner.violation(genome)

    def cost(self, genome: Genome) -> Mapping[str, float]:
        """The inner space's."""
        return self.inner.cost(genome)

    def evaluate(self, genome: Genome) -> Mapping[str, float]:
        """The inner space's, changed by `value`."""
        known = dict(self.inner.evaluate(genome))
        known[self.measured.name] = self.value(genome, known[self.measured.name])
        return known

    def value(self, genome: Genome, value: float) -> float:
        """What is measured in place of a value."""
        return value


class Noisy(Wrapped):
    """Every measurement of a member misses by the same amount, drawn from a normal distribution."""

    def __init__(self, inner: EvaluatedSpace, *, deviation: float, seed: int = 0) -> None:
        super().__init__(inner)
        self._deviation, self._seed = deviation, seed

    def value(self, genome: Genome, value: float) -> float:
        """Off by as much each time."""
        return value + _drawn(genome, self._seed).gauss(0, self._deviation)


class Shifted(Wrapped):
    """On another scale: 1000 - 0.001 for each unit that is lost."""

    def value(self, genome: Genome, value: float) -> float:
        """Ranks stay as they are."""
        return 1000 + 0.001 * value


class Infeasible(Wrapped):
    """What has certain values in two of its knobs fails when it is measured."""

    def __init__(self, inner: EvaluatedSpace, *, seed: int = 0) -> None:
        super().__init__(inner)
        rng = random.Random(seed)
        pairs = list(combinations(self.knobs, 2))
        self._bad = [
            {knob.name: rng.choice(knob.choices) for knob in pair}
            for pair in rng.sample(pairs, min(4, len(pairs)))
        ]

    def value(self, genome: Genome, value: float) -> float:
        """Raises ArithmeticError."""
        if any(all(genome[name] == bad for name, bad in pair.items()) for pair in self._bad):
            raise ArithmeticError("infeasible")
        return value


class Permuted(Wrapped):
    """Knobs and their choices in another order, under other names, none of them ordered."""

    def __init__(self, inner: EvaluatedSpace, *, seed: int = 0) -> None:
        super().__init__(inner)
        rng = random.Random(seed)
        self._to: dict[str, str] = {}
        self._values: dict[str, dict[Value, Value]] = {}
        knobs = []
        for number, knob in enumerate(rng.sample(list(inner.knobs), len(inner.knobs))):
            choices = rng.sample(knob.choices, len(knob.choices))
            name = f"k{number}"
            self._to[name] = knob.name
            self._values[name] = {f"v{i}": choice for i, choice in enumerate(choices)}
            knobs.append(Knob(name=name, choices=tuple(self._values[name])))
        self.knobs = tuple(knobs)

    def _back(self, genome: Genome) -> dict[str, Value]:
        return {inner: self._values[name][genome[name]] for name, inner in self._to.items()}

    @property
    def members(self) -> Sequence[Genome] | None:
        """The inner space's, renamed."""
        listed = self.inner.members
        return None if listed is None else [self.renamed(genome) for genome in listed]

    def renamed(self, genome: Genome) -> dict[str, Value]:
        """A genome of the inner space as one of this."""
        return {
            name: next(new for new, value in self._values[name].items() if value == genome[inner])
            for name, inner in self._to.items()
        }

    def violation(self, genome: Genome) -> str | None:
        """The inner space's."""
        return self.inner.violation(self._back(genome))

    def cost(self, genome: Genome) -> Mapping[str, float]:
        """The inner space's."""
        return self.inner.cost(self._back(genome))

    def evaluate(self, genome: Genome) -> Mapping[str, float]:
        """The inner space's."""
        return self.inner.evaluate(self._back(genome))


class Large(EvaluatedSpace):
    """28 knobs, some 1e11 members: what networks are like, without training any.

    Each knob multiplies the cost. The value grows with the logarithm of the cost, and has a main
    effect of each choice and an interaction of a fifth of all pairs of knobs.
    """

    objectives = "value:max,cost:min"

    def __init__(self, *, knobs: int = 28, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.name = f"{knobs} knobs ({seed})"
        counts = rng.choice([2, 2, 3, 3], knobs)
        ordered = rng.random(knobs) < 0.6
        self.knobs = tuple(
            Knob(name=f"k{i}", choices=tuple(range(count)), ordered=bool(ordered[i]))
            for i, count in enumerate(counts.tolist())
        )
        self._cost = [_effects(rng, n, up) * 0.25 for n, up in zip(counts, ordered, strict=True)]
        self._main = [_effects(rng, n, up) * 0.5 for n, up in zip(counts, ordered, strict=True)]
        pairs = list(combinations(range(knobs), 2))
        chosen = rng.choice(len(pairs), len(pairs) // 5, replace=False)
        self._pairs = [
            (*pairs[index], rng.normal(0, 0.35, (counts[pairs[index][0]], counts[pairs[index][1]])))
            for index in chosen.tolist()
        ]

    def cost(self, genome: Genome) -> Mapping[str, float]:
        """A product of a factor each knob."""
        codes = self._codes(genome)
        return {"cost": exp(sum(float(own[c]) for own, c in zip(self._cost, codes, strict=True)))}

    def evaluate(self, genome: Genome) -> Mapping[str, float]:
        """Saturates, as accuracies do."""
        codes = self._codes(genome)
        total = sum(float(own[c]) for own, c in zip(self._main, codes, strict=True))
        total += sum(float(table[codes[i], codes[j]]) for i, j, table in self._pairs)
        total += 2.0 * log(self.cost(genome)["cost"])
        return {"value": 100 / (1 + exp(-total / 6))}

    def _codes(self, genome: Genome) -> list[int]:
        return [int(genome[knob.name]) for knob in self.knobs]


def _effects(rng: np.random.Generator, count: int, ordered: bool) -> np.ndarray:
    """Of each choice; along the choices of an ordered knob they rise or fall."""
    drawn = rng.normal(0, 1, count)
    return np.sort(drawn) if ordered else drawn


def large(*, knobs: int = 28, seed: int = 0, effort: int = 60) -> Problem:
    """The true front is unknown: the best that a long evolution finds stands for it."""
    space = Large(knobs=knobs, seed=seed)
    rng = random.Random(seed)
    drawn = [{knob.name: rng.choice(knob.choices) for knob in space.knobs} for _ in range(2000)]
    return Problem(space.name, space, space, [*drawn, *_evolved(space, drawn, rng, effort)])


def _evolved(
    space: Large, start: Sequence[Genome], rng: random.Random, generations: int
) -> list[Genome]:
    from nas import pareto

    def point(genome: Genome) -> tuple[float, float]:
        return space.evaluate(genome)["value"], space.cost(genome)["cost"]

    kept = {tuple(genome.items()): point(genome) for genome in start}
    for _ in range(generations):
        items = list(kept.items())
        best = pareto.front([value for _, value in items], ("maximize", "minimize"))
        kept = dict(items[index] for index in best)
        parents = [dict(key) for key in kept]
        for _ in range(2000):
            child = dict(rng.choice(parents))
            if rng.random() < 0.5:
                other = rng.choice(parents)
                child = {name: rng.choice((child[name], other[name])) for name in child}
            for knob in rng.sample(space.knobs, rng.choice((0, 1, 1, 2))):
                child[knob.name] = rng.choice(knob.choices)
            kept.setdefault(tuple(child.items()), point(child))
    return [dict(key) for key in kept]


def noisy(problem: Problem, *, share: float = 0.3, seed: int = 0) -> Problem:
    """Noise of such a share of the better half's spread."""
    index = next(
        i for i, one in enumerate(problem.objectives) if one.name not in problem.space.priced
    )
    values = np.array([problem.point(genome)[index] for genome in problem.every])
    centre = float(np.median(values))
    way = 1 if problem.objectives[index].direction == "maximize" else -1
    better = way * (values - centre)
    deviation = share * float(better[better > 0].std())
    return Problem(
        f"{problem.name}, noisy",
        Noisy(problem.space, deviation=deviation, seed=seed),
        problem.true,
        problem.every,
    )


def shifted(problem: Problem) -> Problem:
    """The same ranks on a scale of a thousandth, far from 0."""
    space = Shifted(problem.space)
    return Problem(f"{problem.name}, shifted", space, space, problem.every)


def infeasible(problem: Problem, *, seed: int = 0) -> Problem:
    """Some members fail; the true front is that of the others."""
    space = Infeasible(problem.space, seed=seed)
    return Problem(f"{problem.name}, infeasible", space, space, _feasible(space, problem.every))


def _feasible(space: Infeasible, every: Sequence[Genome]) -> list[Genome]:
    kept = []
    for genome in every:
        try:
            space.evaluate(genome)
        except ArithmeticError:
            continue
        kept.append(genome)
    return kept


def permuted(problem: Problem, *, seed: int = 0) -> Problem:
    """The same problem under other names and in another order."""
    space = Permuted(problem.space, seed=seed)
    every = [space.renamed(genome) for genome in problem.every]
    return Problem(f"{problem.name}, permuted", space, space, every)


def _drawn(genome: Genome, seed: int) -> random.Random:
    digest = hashlib.sha256(f"{seed}:{sorted(genome.items())}".encode()).digest()
    return random.Random(int.from_bytes(digest[:8], "big"))
