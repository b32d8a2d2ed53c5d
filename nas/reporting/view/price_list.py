"""A chain's exact costs as tables small enough to travel in a page.

States from which the same choices cost the same, now and later, are one; so are values of a knob
that never make a difference (sets of dilations that are equally many). What is left is listed:

    positions[p] = {"knobs": [name, ...],
                    "alias": [[alias of choice 0, of choice 1, ...], ...]      one list a knob
                    "radix": [aliases of each knob],
                    "states": [{"at": [...], "cost": [params, macs, flops, ...], "next": [...]}]}

`at` writes the aliases of a step's values as one number, the last knob's turning fastest. A path
begins in state 0 of position 0; `next` is a state of the position after. What is not listed is no
canonical member.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nas.core.chain import START, Chain, Position, State
from nas.core.knob import Knob, Value

MOST = 3_000_000  # steps of a chain, above which a page does without
_Price = tuple[tuple[int, int, int], int]  # a step's cost and the state behind it
_Steps = dict[tuple[int, ...], _Price]  # by the indices of the values chosen


@dataclass(frozen=True)
class _Merged:
    """A position whose states have been made one where they are alike."""

    knobs: tuple[str, ...]
    states: tuple[_Steps, ...]
    of: Mapping[State, int]


def price_list(chain: Chain, knobs: Sequence[Knob]) -> list[dict[str, Any]] | None:
    """JSON values, one entry a position; None where the chain is too long to carry along."""
    steps = sum(len(onward) for one in chain.positions for onward in one.steps.values())
    if steps > MOST:
        return None
    choices = {knob.name: knob.choices for knob in knobs}
    merged: list[_Merged] = []
    after: Mapping[State, int] | None = None
    for number in reversed(range(len(chain.positions))):
        found = _merge(chain.positions[number], choices, after, first=number == 0)
        merged.insert(0, found)
        after = found.of
    return [_listed(one, choices) for one in merged]


def _merge(
    position: Position,
    choices: Mapping[str, tuple[Value, ...]],
    after: Mapping[State, int] | None,
    *,
    first: bool,
) -> _Merged:
    """`after`: the states of the next position; None behind the last one, where all end alike."""
    place = [{value: i for i, value in enumerate(choices[name])} for name in position.knobs]
    known: dict[Hashable, int] = {}
    of: dict[State, int] = {}
    states: list[_Steps] = []
    for state, onward in position.steps.items():
        if first and state != START:
            continue
        steps: _Steps = {}
        for step in onward:
            behind = 0 if after is None else after.get(step.state)
            if behind is None:  # nothing leads on from there
                continue
            for values in step.values:
                at = tuple(index[value] for index, value in zip(place, values, strict=True))
                steps[at] = (step.cost, behind)
        if not steps:
            continue
        alike = frozenset(steps.items())
        if alike not in known:
            known[alike] = len(states)
            states.append(steps)
        of[state] = known[alike]
    return _Merged(position.knobs, tuple(states), of)


def _listed(merged: _Merged, choices: Mapping[str, tuple[Value, ...]]) -> dict[str, Any]:
    alias = [
        _aliases(merged.states, knob, len(choices[name])) for knob, name in enumerate(merged.knobs)
    ]
    radix = [max(ones) + 1 for ones in alias]
    return {
        "knobs": list(merged.knobs),
        "alias": alias,
        "radix": radix,
        "states": [_state(steps, alias, radix) for steps in merged.states],
    }


def _aliases(states: Sequence[_Steps], knob: int, choices: int) -> list[int]:
    """For each choice a number, equal for those that never make a difference."""
    said: list[list[Hashable]] = [[] for _ in range(choices)]
    for number, steps in enumerate(states):
        for at, price in steps.items():
            said[at[knob]].append((number, at[:knob], at[knob + 1 :], price))
    known: dict[Hashable, int] = {}
    return [known.setdefault(frozenset(one), len(known)) for one in said]


def _state(steps: _Steps, alias: Sequence[Sequence[int]], radix: Sequence[int]) -> dict[str, Any]:
    cells: dict[int, _Price] = {}
    for at, price in steps.items():
        cell = 0
        for choice, names, size in zip(at, alias, radix, strict=True):
            cell = cell * size + names[choice]
        cells[cell] = price
    ordered = sorted(cells.items())
    return {
        "at": [cell for cell, _ in ordered],
        "cost": [part for _, (cost, _) in ordered for part in cost],
        "next": [behind for _, (_, behind) in ordered],
    }


def price(listed: Sequence[Mapping[str, Any]], genome: Mapping[str, int]) -> list[int] | None:
    """Costs of a genome given by the indices of its choices; None for no canonical member.

    The page looks costs up in the same way.
    """
    total, state = [0, 0, 0], 0
    for position in listed:
        cell = 0
        for name, names, size in zip(
            position["knobs"], position["alias"], position["radix"], strict=True
        ):
            cell = cell * size + names[genome[name]]
        here = position["states"][state]
        if cell not in here["at"]:
            return None
        found = here["at"].index(cell)
        total = [a + b for a, b in zip(total, here["cost"][3 * found : 3 * found + 3], strict=True)]
        state = here["next"][found]
    return total
