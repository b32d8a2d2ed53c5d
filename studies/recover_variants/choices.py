"""The paper's design choices, and pairs of networks of like cost that differ in one of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import log

from nas.core.knob import Genome, Value
from nas.windows import Member
from studies.setup import Setup

CLOSE = 0.02  # of parameters, by which the two of a pair may differ at most
CLOSE_MACS = 0.05  # and of MACs, where moving so far can do it
FREE = (
    *("stages.0.depth", "stages.1.depth", "stages.2.depth"),
    *("stages.1.width", "stages.2.width", "stages.3.width"),
)
FAR = 6  # steps in all these together


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Knobs as the paper sets them, and the plain alternative."""

    name: str
    paper: Mapping[str, Value]
    plain: Mapping[str, Value]


_PYRAMID = ("1+2+4+8", "1+2+4", "1+2", "1")

CHOICES = (
    Choice(
        name="dilation levels 3-2-1-0",
        paper={f"stages.{stage}.dilations": _PYRAMID[stage] for stage in range(4)},
        plain={f"stages.{stage}.dilations": "1" for stage in range(4)},
    ),
    Choice(name="gates", paper={"fusion": "gate"}, plain={"fusion": "mean"}),
    Choice(
        name="one MLP for all branches",
        paper={f"stages.{stage}.mlp": "shared" for stage in range(4)},
        plain={f"stages.{stage}.mlp": "per-branch" for stage in range(3)}
        | {"stages.3.mlp": "shared"},
    ),
    Choice(
        name="convolutions dilated by 1, 2, 3",
        paper={"conv_dilations": "1+2+3"},
        plain={"conv_dilations": "1"},
    ),
)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two networks that differ in a choice, and in as little else as makes them cost alike."""

    choice: str
    base: str
    paper: Member
    plain: Member

    @property
    def matched(self) -> bool:
        """Whether MACs are alike, too, so that neither cost explains what they differ by."""
        return _apart(self.plain.cost.macs, self.paper.cost.macs) <= log(1 + CLOSE_MACS)

    @property
    def moved(self) -> str:
        """What else differs, from the paper's side to the plain one; empty where nothing does."""
        told = ((name, self.paper.genome[name], self.plain.genome[name]) for name in FREE)
        return "; ".join(f"{name} {here} to {there}" for name, here, there in told if here != there)


def pairs(setup: Setup, bases: Sequence[Member]) -> Iterator[Pair]:
    """Of each base and choice, where the choice makes a difference and a match can be found."""
    for choice in CHOICES:
        for base in bases:
            paper = setup.member({**base.genome, **choice.paper})
            plain = {**paper.genome, **choice.plain}
            if setup.member(plain).key == paper.key or not _trainable(setup, paper.genome):
                continue
            found = [
                Pair(choice=choice.name, base=base.key, paper=paper, plain=other)
                for other in _alike(setup, plain, paper)
            ]
            if found:
                yield next(
                    (pair for pair in found if pair.matched),
                    min(found, key=lambda pair: _apart(pair.plain.cost.macs, paper.cost.macs)),
                )


def _alike(setup: Setup, genome: Genome, paper: Member) -> Iterator[Member]:
    """Of as many parameters, the fewest steps in depths and late widths first."""
    knobs = {knob.name: knob for knob in setup.space.knobs}
    here = [knobs[name].choices.index(genome[name]) for name in FREE]
    moves = [
        (sum(abs(at - own) for at, own in zip(places, here, strict=True)), places)
        for places in product(*(range(len(knobs[name].choices)) for name in FREE))
    ]
    for steps, places in sorted(moves):
        if steps > FAR:
            return
        moved = {name: knobs[name].choices[at] for name, at in zip(FREE, places, strict=True)}
        other = {**genome, **moved}
        if setup.space.violation(other) is not None or not _trainable(setup, other):
            continue
        member = setup.member(other)
        if _apart(member.cost.params, paper.cost.params) <= log(1 + CLOSE):
            yield member


def _apart(one: int, other: int) -> float:
    return abs(log(one / other))


def _trainable(setup: Setup, genome: Genome) -> bool:
    return setup.region.representable(genome) is None
