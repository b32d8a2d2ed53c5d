"""What a worker sends back is looked at before it is believed and written down."""

import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from reprlib import repr as abridged
from typing import Any, get_args

from nas.core.evaluation import Failure, FailureKind, Outcome, Score
from nas.evaluation.failures import shortened


def checked_outcome(came: object, *, seconds: float = 0.0, device: str = "unknown") -> Outcome:
    """The outcome that came, if it is one; else a Failure "bad-result" that says what came.

    `seconds` and `device` are for that failure: how long it took, and where, as far as is known.
    """
    if isinstance(came, Score | Failure):
        wrong = _wrong(came)
        if wrong is None:
            return came
    else:
        wrong = f"{type(came).__name__}: {_shown(came)}"
    told = shortened(f"expected a Score or a Failure; got {wrong}")
    return Failure(kind="bad-result", message=told, seconds=seconds, device=device)


def _wrong(outcome: Outcome) -> str | None:
    """The first field that no training can have given, in words."""
    for field in fields(outcome):
        value = getattr(outcome, field.name, None)
        if not _FITS[field.name](value):
            return f"a {type(outcome).__name__} with {field.name} {_shown(value)}"
    return None


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and type(value) is not bool and math.isfinite(value)


def _amount(value: Any) -> bool:
    return _number(value) and value >= 0


def _count(value: Any) -> bool:
    return isinstance(value, int) and _amount(value)


def _text(value: Any) -> bool:
    return isinstance(value, str)


_FITS: Mapping[str, Callable[[Any], bool]] = {
    "accuracy": lambda value: _number(value) and 0 <= value <= 1,
    "loss": _number,
    "seconds": _amount,
    "images_per_second": _amount,
    "peak_memory_bytes": _count,
    "compile_seconds": _amount,
    "parts": lambda value: _count(value) and value >= 1,
    "threads": lambda value: value is None or (_count(value) and value >= 1),
    "device": _text,
    "kind": lambda value: _text(value) and value in get_args(FailureKind),
    "message": _text,
}


def _shown(value: object) -> str:
    """On one line, whatever somebody's class answers."""
    try:
        return " ".join(abridged(value).split())
    except Exception as error:
        return f"what cannot be shown ({type(error).__name__})"
