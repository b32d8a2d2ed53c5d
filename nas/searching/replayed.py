"""A trial as a replay compares it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Trial:
    """What is compared: what was tried, and what came of it, in numbers or as a failure's kind."""

    number: int  # in the study that it was read from
    genome: dict[str, Any]
    result: tuple[float, ...] | str
