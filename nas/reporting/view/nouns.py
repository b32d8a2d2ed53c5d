"""What a report, a comparison and a dashboard need of a run: measures, samples, failures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Literal

from nas.core.chain import Chain
from nas.core.cost import Cost
from nas.core.knob import Genome, Knob
from nas.core.objective import Direction, Objective

Role = Literal["search", "published"]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A number of each sample. It is shown as value / scale in `unit`.

    `log`: on an axis its logarithm is drawn. `direction`: which way is better, None where neither.
    """

    name: str
    label: str
    unit: str = ""
    scale: float = 1.0
    log: bool = False
    direction: Direction | None = None

    @property
    def title(self) -> str:
        """For an axis: parameters (M)."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    def text(self, value: float) -> str:
        """A value with its unit, to four digits."""
        shown = f"{value / self.scale:,.4g}"
        return f"{shown} {self.unit}" if self.unit else shown


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A network, or a member of a table, with a result; one a key.

    Attributes:
        values: by the measures' names, in plain units (accuracy in 0..1, bytes, seconds).
        error: standard error of the target; None where the noise is unknown.
        separable: whether it is better than the next cheaper of the front beyond the noise.
    """

    number: int
    name: str
    role: Role
    genome: Genome
    values: Mapping[str, float]
    replicates: int = 1
    error: float | None = None
    front: bool = False
    separable: bool | None = None
    remark: str | None = None


@dataclass(frozen=True, kw_only=True)
class Failed:
    """A trial without a result: what kind of failure, in what words, at what known cost."""

    number: int
    kind: str
    message: str
    genome: Genome
    values: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class View:
    """A run. Samples are ordered by number, published ones last.

    Attributes:
        target: the objective that had to be measured, and that knobs are asked about.
        costs: names of what is known without measuring.
        noise: seed SD of the target with its degrees of freedom; None where unknown.
        chain: exact costs along knobs, where the space has them so (nas.core.chain).
        facts: whatever it takes to repeat the run, by name.
        parts: what a genome's network consists of, and what each part costs, from input to output.
        imagenet: whether costs are those of image classifiers that papers publish.
        family: of these, the family that the space is of.
    """

    study: str
    title: str
    setting: str
    objectives: tuple[Objective, ...]
    target: str
    costs: tuple[str, ...]
    measures: tuple[Measure, ...]
    knobs: tuple[Knob, ...]
    samples: tuple[Sample, ...]
    failed: tuple[Failed, ...]
    noise: tuple[float, int] | None
    facts: Mapping[str, str]
    settings: Mapping[str, object]
    chain: Chain | None = None
    parts: Callable[[Genome], Mapping[str, Cost]] | None = None
    imagenet: bool = False
    family: str | None = None

    @cached_property
    def searched(self) -> tuple[Sample, ...]:
        """The search's own, by number."""
        return tuple(sample for sample in self.samples if sample.role == "search")

    @property
    def front(self) -> tuple[Sample, ...]:
        """From the cheapest to the dearest by the first cost weighed, else by number."""
        names = [one.name for one in self.objectives if one.name != self.target]
        members = [sample for sample in self.samples if sample.front]
        return tuple(sorted(members, key=lambda one: [one.values[name] for name in names]))

    def measure(self, name: str) -> Measure:
        """By name. Raises KeyError for an unknown one."""
        return {one.name: one for one in self.measures}[name]

    @property
    def size(self) -> Measure | None:
        """By which small and large are told apart: the first positive cost."""
        known = [name for name in self.costs if positive(self.searched, name)]
        return self.measure(known[0]) if known else None


def positive(samples: Sequence[Sample], name: str) -> bool:
    """Whether all have a finite value above 0, so that it has a logarithm."""
    found = [sample.values.get(name, 0.0) for sample in samples]
    return bool(found) and all(isfinite(value) and value > 0 for value in found)
