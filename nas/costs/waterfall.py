"""What each changed knob costs on the way from one network to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from nas.core.cost import Cost
from nas.core.fidelity import Setting, UnrepresentableError
from nas.core.knob import Genome, Value
from nas.core.space import SearchSpace

TOGETHER = 3  # knobs that a rule may tie before all that are left change in one step


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """Knobs that change together, most often one, and what that adds at this place of the way."""

    knobs: tuple[str, ...]
    before: tuple[Value, ...]
    after: tuple[Value, ...]
    params: int
    macs: int
    flops: int


def waterfall(
    space: SearchSpace, start: Genome, end: Genome, setting: Setting
) -> tuple[Change, ...]:
    """Steps from one canonical genome to another, whose costs sum exactly to the difference.

    Knobs change in the space's order, on which the split depends: a deeper stage costs more once it
    is wide. Every network on the way is a member of the space, so that a knob which would break a
    rule waits for a later one, or changes together with it. A knob that is dead at its turn adds
    nothing then; its share is in the step that brings it to life.
    """
    here = dict(start)
    cost = _cost(space, here, setting)
    pending = [knob.name for knob in space.knobs if start[knob.name] != end[knob.name]]
    steps = []
    while pending:
        names = _next(space, here, end, pending, setting)
        before = tuple(here[name] for name in names)
        here |= {name: end[name] for name in names}
        reached = _cost(space, here, setting)
        steps.append(
            Change(
                knobs=names,
                before=before,
                after=tuple(end[name] for name in names),
                params=reached.params - cost.params,
                macs=reached.macs - cost.macs,
                flops=reached.flops - cost.flops,
            )
        )
        cost = reached
        pending = [name for name in pending if name not in names]
    return tuple(steps)


def _next(
    space: SearchSpace, here: Genome, end: Genome, pending: Sequence[str], setting: Setting
) -> tuple[str, ...]:
    """The first knob, else the first few, that may change without breaking a rule."""
    for together in range(1, min(TOGETHER, len(pending)) + 1):
        for names in combinations(pending, together):
            if _possible(space, {**here, **{name: end[name] for name in names}}, setting):
                return names
    return tuple(pending)


def _possible(space: SearchSpace, genome: Mapping[str, Value], setting: Setting) -> bool:
    if space.violation(genome) is not None:
        return False
    try:
        space.adapt(space.decode(space.canonical(genome)), setting)
    except UnrepresentableError:
        return False
    return True


def _cost(space: SearchSpace, genome: Genome, setting: Setting) -> Cost:
    return space.cost(space.adapt(space.decode(space.canonical(genome)), setting))
