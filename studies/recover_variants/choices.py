"""The paper's design choices, and pairs of networks of like size that differ in one of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import log

from nas.core.knob import Genome, Knob, Value
from nas.windows import Member
from studies.setup import Setup

CLOSE = 0.02  # of parameters, by which the two of a pair may differ at most


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


def pairs(setup: Setup, bases: Sequence[Member]) -> Iterator[Pair]:
    """Of each base and choice, where the choice makes a difference and a match can be found."""
    for choice in CHOICES:
        for base in bases:
            paper = setup.member({**base.genome, **choice.paper})
            plain = {**paper.genome, **choice.plain}
            if setup.member(plain).key == paper.key or not _trainable(setup, paper.genome):
                continue
            match = _matched(setup, plain, paper.cost.params)
            if match is not None:
                yield Pair(choice=choice.name, base=base.key, paper=paper, plain=match)


def _matched(setup: Setup, genome: Genome, params: int) -> Member | None:
    """With as few steps in the depth and widths of the last two stages as bring it close."""
    knobs = {knob.name: knob for knob in setup.space.knobs}
    free = ("stages.2.depth", "stages.2.width", "stages.3.width")
    moves = sorted(
        product(*(range(len(knobs[name].choices)) for name in free)),
        key=lambda places: _steps(places, free, knobs, genome),
    )
    for places in moves:
        moved = {name: knobs[name].choices[at] for name, at in zip(free, places, strict=True)}
        other = {**genome, **moved}
        if setup.space.violation(other) is not None or not _trainable(setup, other):
            continue
        member = setup.member(other)
        if abs(log(member.cost.params / params)) <= log(1 + CLOSE):
            return member
    return None


def _steps(
    places: Sequence[int], names: Sequence[str], knobs: Mapping[str, Knob], genome: Genome
) -> int:
    return sum(
        abs(at - knobs[name].choices.index(genome[name]))
        for at, name in zip(places, names, strict=True)
    )


def _trainable(setup: Setup, genome: Genome) -> bool:
    return setup.region.representable(genome) is None
