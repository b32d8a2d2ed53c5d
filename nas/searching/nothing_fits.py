"""Why a window on the costs of a space that evaluates itself holds nothing, and what is near."""

from collections.abc import Sequence
from dataclasses import replace

from nas.core.within import Range, Within
from nas.windows import Region


def nothing_fits(region: Region, ranges: Sequence[Range]) -> str:
    """One line; the nearest costs where the members are listed, or few enough to be."""
    name = region.space.name
    if not ranges:
        return f"nothing of {name} has all of these choices; leave more of them"
    found = "nothing" if region.members is not None else "in many draws nothing"
    near = "; or ".join(_near(region, ranges))
    return f"{found} of {name} fits: {region.budget}; {near and f'nearest: {near}; '}widen it"


def _near(region: Region, ranges: Sequence[Range]) -> list[str]:
    """By each range, what the others leave on either side of it."""
    members = replace(region, budget=Within()).members or ()
    said = []
    for one in ranges:
        others = [other for other in ranges if other is not one]
        costs = {
            member.cost.value(one.name)
            for member in members
            if all(other.holds(member.cost) for other in others)
        }
        below = [cost for cost in costs if one.low is not None and cost < one.low]
        above = [cost for cost in costs if one.high is not None and cost > one.high]
        ends = ([max(below)] if below else []) + ([min(above)] if above else [])
        if ends:
            within = f" with {', '.join(map(str, others))}" if others else ""
            said.append(f"{one.name} {' and '.join(f'{end:.12g}' for end in ends)}{within}")
    return said
