"""What a report, a comparison and a dashboard need of a run: samples and failures."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal

from nas.core.chain import Chain
from nas.core.cost import Cost
from nas.core.errors import InputError
from nas.core.knob import Genome, Knob
from nas.core.objective import Objective
from nas.reporting.view.measure import Measure

if TYPE_CHECKING:
    from torch import nn

Role = Literal["search", "published"]


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


class NothingToShow(InputError):
    """A run without a complete trial; it says how many have failed, and of what."""

    def __init__(self, study: str, failed: Sequence[Failed]) -> None:
        kinds = Counter(one.kind for one in failed).most_common()
        told = ", ".join(f"{count} {kind}" for kind, count in kinds)
        said = f"{len(failed)} failed: {told}" if failed else "none has ended"
        super().__init__(f"{study}: no trial is complete ({said}): nothing to show yet")


@dataclass(frozen=True, kw_only=True)
class View:
    """A run. Samples are ordered by number, published ones last.

    Attributes:
        target: the objective that had to be measured, and that knobs are asked about.
        costs: names of what is known without measuring.
        noise: seed SD of the target with its degrees of freedom; None where unknown.
        chain: exact costs along knobs, where the space has them so (nas.core.chain).
        facts: whatever it takes to repeat the run, by name.
        running: trials that have begun and not ended.
        parts: what a genome's network consists of, and what each part costs, from input to output.
        build: a genome's network at the target, with new weights; None where it has none.
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
    settings: Mapping[str, Any]
    chain: Chain | None = None
    running: int = 0
    parts: Callable[[Genome], Mapping[str, Cost]] | None = None
    build: Callable[[Genome], "nn.Module"] | None = None
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

    @property
    def axes(self) -> tuple[Measure, Measure]:
        """What is drawn across and up: the first cost weighed, and the target."""
        costs = [one.name for one in self.objectives if one.name != self.target]
        across = self.measure(costs[0]) if costs else self.measures[-1]
        return across, self.measure(self.target)

    def measure(self, name: str) -> Measure:
        """By name. Raises KeyError for an unknown one."""
        return {one.name: one for one in self.measures}[name]

    @cached_property
    def size(self) -> Measure | None:
        """By which small and large are told apart: the first positive cost."""
        known = [name for name in self.costs if positive(self.searched, name)]
        return self.measure(known[0]) if known else None


def positive(samples: Sequence[Sample], name: str) -> bool:
    """Whether all have a finite value above 0, so that it has a logarithm."""
    found = [sample.values.get(name, 0.0) for sample in samples]
    return bool(found) and all(isfinite(value) and value > 0 for value in found)
