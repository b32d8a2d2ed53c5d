"""JSON values held against a dataclass's annotations: anybody may have edited what they lie in."""

import json
from functools import cache
from reprlib import repr as abridged
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from nas.core.evaluated_check import LARGEST

Count = Annotated[int, Field(ge=0, lt=2**63)]
Number = Annotated[float, Field(ge=-LARGEST, le=LARGEST)]
Amount = Annotated[float, Field(ge=0, le=LARGEST)]
_STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
_BESIDE = {"missing": "a value", "unexpected_keyword_argument": "nothing of this name"}


def check(kind: type, values: Any) -> None:
    """TypeError with the first value that `kind` does not take: its place, what it should be.

    Nothing is converted, but whole numbers are taken where others are asked for. Numbers must be
    finite. UnicodeEncodeError for letters that cannot be written down.
    """
    # As JSON, because lists are then taken for tuples and objects for dataclasses.
    text = json.dumps([values], ensure_ascii=False).encode()
    try:
        _adapter(kind).validate_json(text)
    except ValidationError as error:
        raise TypeError(_told(error.errors(include_url=False)[0])) from error


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    """In a tuple, because pydantic leaves the configuration of a dataclass itself to its author."""
    return TypeAdapter(tuple[kind], config=_STRICT)  # type: ignore[valid-type]


def _told(found: ErrorDetails) -> str:
    """Such as `data.seed: expected a valid integer; got 'x'`."""
    place = ".".join(map(str, found["loc"][1:]))
    if found["type"] == "value_error":  # raised by a dataclass, in words of its own
        return ": ".join(filter(None, (place, str(found["ctx"]["error"]))))
    wanted = found["msg"].partition(" should be ")[2] or found["msg"]
    got = "none" if found["type"] == "missing" else abridged(found["input"])
    return f"{place}: expected {_BESIDE.get(found['type'], wanted)}; got {got}"
