"""What a search weighs against each other: proxy accuracy, and what a network costs."""

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
