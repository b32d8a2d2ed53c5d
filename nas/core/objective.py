"""What a search weighs against each other: proxy accuracy, and what a network costs."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from nas.core.cost import METRICS
from nas.core.errors import InputError

Direction = Literal["maximize", "minimize"]


@dataclass(frozen=True)
class Objective:
    """A number of each trial by its name in the tables, and which way is better."""

    name: str
    direction: Direction


def parse_objectives(text: str) -> tuple[Objective, ...]:
    """`accuracy,params`: accuracy is maximised, costs are minimised; InputError otherwise."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    known = ("accuracy", *METRICS)
    wrong = [name for name in names if name not in known]
    if wrong or len(set(names)) != len(names) or "accuracy" not in names:
        raise InputError(
            f"--objectives {text}: expected accuracy and any of {', '.join(METRICS)}, each once"
        )
    return tuple(
        Objective(name, "maximize" if name == "accuracy" else "minimize") for name in names
    )


_WAYS: dict[str, Direction] = {"max": "maximize", "min": "minimize"}


def directed(text: str, *, costs: Collection[str]) -> tuple[Objective, ...]:
    """`acc:max,params:min`; a cost is minimised unless said otherwise. InputError otherwise."""
    found = []
    for part in filter(None, map(str.strip, text.split(","))):
        name, _, way = part.rpartition(":") if ":" in part else (part, "", "")
        if not way and name in costs:
            way = "min"
        if way not in _WAYS or not name:
            raise InputError(
                f"--objectives {text}: expected name:max or name:min for each; got {part!r}"
            )
        found.append(Objective(name, _WAYS[way]))
    names = [one.name for one in found]
    if not names or len(set(names)) != len(names):
        raise InputError(f"--objectives {text}: expected one objective or more, each once")
    return tuple(found)
