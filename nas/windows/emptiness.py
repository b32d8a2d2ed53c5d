"""Whether a region holds anything to train, and if not, why: said before anything is started."""

import random
from collections.abc import Iterator
from dataclasses import replace

from nas.core.budget import Bound, Budget
from nas.core.cost import METRICS, human
from nas.core.draws import valid_genomes
from nas.core.errors import InputError
from nas.core.knob import Genome, Knob
from nas.windows.consistent import check_chain
from nas.windows.nearest import nearest
from nas.windows.region import DRAWS, Member, Region

GENOMES = 500  # drawn; the fitness of the valid ones for a fidelity speaks for all
NAMED = 2  # knobs in the way, at most


def check_region(region: Region) -> None:
    """InputError if nothing can be trained inside: which bound, what is near, which knob blocks."""
    check_chain(region)
    reach = region.cost_range  # also without bounds: it finds choices that exclude each other
    for bound in region.budget.bounds:
        least, most = reach[bound.metric]
        outside = (bound.low is not None and bound.low > most) or (
            bound.high is not None and bound.high < least
        )
        alone = replace(region, budget=Budget((bound,)))
        if outside or _empty(alone):
            raise InputError(_unreachable(alone, bound))
    _check_fidelity(region)
    if region.draw(random.Random(0), set()) is None:
        raise InputError(_nothing(region))


def _empty(region: Region) -> bool:
    """Whether no network at all lies inside; False where that is undecided."""
    return region.window is not None and region.window.count[1] == 0


def _unreachable(region: Region, bound: Bound) -> str:
    least, most = region.cost_range[bound.metric]
    said = (
        f"{bound}: no configuration; {region.space.name} reaches"
        f" {bound.metric} {human(least)}-{human(most)} here"
    )
    if region.chain is None:
        return said
    near = [priced for priced in nearest(region.chain, bound) if priced is not None]
    if not near:
        return said
    costs = " and ".join(f"{priced.cost.of(bound.metric):,}" for priced in near)
    said += f", nearest to the window {costs}"
    blocking = ", ".join(_narrowed(region))
    if blocking:
        return f"{said}; in the way: {blocking}"
    heaviest = _heaviest(region, near[0].genome, bound)
    return f"{said}; in the way: no choice left out, and {heaviest} weighs most"


def _apart(region: Region) -> str:
    """How near the bounds, each of which can be met alone, come together; what is in the way."""
    if region.chain is None:
        return ""
    said = []
    for bound in region.budget.bounds:
        others = tuple(other for other in region.budget.bounds if other is not bound)
        near = [priced for priced in nearest(region.chain, bound, others) if priced is not None]
        if near:
            costs = " and ".join(f"{priced.cost.of(bound.metric):,}" for priced in near)
            said.append(f"{bound.metric} {costs} with {', '.join(map(str, others))}")
    found = {
        "nearest found": ", or ".join(said),
        "in the way:": ", ".join(_narrowed(region)),
    }
    return "".join(f"; {words} {what}" for words, what in found.items() if what)


def _narrowed(region: Region) -> Iterator[str]:
    """Knobs each of which, given back all its choices, would let the window be met."""
    found = 0
    for knob in region.space.knobs:
        left = region.choices[knob.name]
        if found == NAMED or left == knob.choices:
            continue
        wider = replace(region, choices={**region.choices, knob.name: knob.choices})
        if not _empty(wider) and wider.draw(random.Random(0), set()) is not None:
            yield f"{knob.name} = {' or '.join(map(str, left))}"
            found += 1


def _heaviest(region: Region, genome: Genome, bound: Bound) -> str:
    """The knob that can change the cost of a network the most, and its value there."""

    def swing(knob: Knob) -> int:
        costs = [
            member.cost.of(bound.metric)
            for choice in knob.choices
            if isinstance(member := free.admit({**genome, knob.name: choice}), Member)
        ]
        return max(costs) - min(costs)

    every = {knob.name: knob.choices for knob in region.space.knobs}
    free = replace(region, choices=every, budget=Budget(), representable=lambda genome: None)
    knob = max(region.space.knobs, key=swing)
    return f"{knob.name} = {genome[knob.name]}"


def _check_fidelity(region: Region) -> None:
    """InputError if of many valid genomes none can be trained: a quick answer to a slip."""
    space = region.space
    valid = valid_genomes(region.knobs, space.violation, wanted=GENOMES, draws=GENOMES)
    reasons = [region.representable(space.canonical(genome)) for genome in valid]
    if reasons and None not in reasons:
        raise InputError(f"no configuration can be trained at this fidelity: {reasons[0]}")


def _nothing(region: Region) -> str:
    anything = replace(region, representable=lambda genome: None)
    untrainable = anything.draw(random.Random(0), set())
    if untrainable is not None:
        reason = region.representable(untrainable.genome)
        return f"{region.budget}: no configuration found can be trained at this fidelity: {reason}"
    ranges = ", ".join(
        f"{metric} {human(region.cost_range[metric][0])}-{human(region.cost_range[metric][1])}"
        for metric in METRICS
        if any(bound.metric == metric for bound in region.budget.bounds)
    )
    if region.members is not None:
        return (
            f"{region.budget}: no configuration lies inside; the space reaches {ranges or 'none'}"
            + _apart(region)
        )
    return (
        f"{region.budget}: none found in {DRAWS} draws (undecided, perhaps empty);"
        f" widen a bound; the space reaches {ranges}"
    )
