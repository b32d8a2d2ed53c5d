"""Values are what a dataclass says, or a line says which of them is not."""

from dataclasses import dataclass

import pytest

from nas.core.errors import InputError
from nas.study.typed import Amount, Count, Number, check


@dataclass(frozen=True, kw_only=True)
class Inner:
    """With a rule of its own."""

    even: int

    def __post_init__(self) -> None:
        if self.even % 2:
            raise InputError(f"expected an even number; got {self.even}")


@dataclass(frozen=True, kw_only=True)
class Outer:
    """One field of each sort."""

    name: str
    inner: Inner
    number: Number = 0.0
    amount: Amount | None = None
    count: Count = 0
    several: tuple[str, ...] = ()


GOOD = {"name": "é", "inner": {"even": 2}}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"number": -1e150, "amount": 3, "count": 2**63 - 1, "several": ["a"]},
        {"amount": None, "several": ("a", "b")},
    ],
)
def test_what_fits_passes(more: dict[str, object]) -> None:
    check(Outer, GOOD | more)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name": 3}, "name: expected a valid string; got 3"),
        ({"inner": {"even": True}}, "inner.even: expected a valid integer; got True"),
        ({"inner": {"even": 3}}, "inner: expected an even number; got 3"),
        ({"inner": {}}, "inner.even: expected a value; got none"),
        ({"inner": {"even": 2, "odd": 1}}, "inner.odd: expected nothing of this name; got 1"),
        ({"number": float("nan")}, "number: expected a finite number; got nan"),
        ({"number": "1"}, "number: expected a valid number; got '1'"),
        ({"amount": -1.0}, "amount: expected greater than or equal to 0; got -1.0"),
        ({"count": 1.5}, "count: expected a valid integer; got 1.5"),
        ({"several": "ab"}, "several: expected a valid array; got 'ab'"),
        ({"several": ["a", None]}, "several.1: expected a valid string; got None"),
    ],
)
def test_what_does_not_is_named(wrong: dict[str, object], told: str) -> None:
    with pytest.raises(TypeError) as caught:
        check(Outer, GOOD | wrong)
    assert str(caught.value) == told


@pytest.mark.parametrize("wrong", [{"count": 10**400}, {"number": 10**400}, {"number": 1e200}])
def test_no_number_is_larger_than_may_be_reckoned_with(wrong: dict[str, object]) -> None:
    with pytest.raises(TypeError, match=f"^{next(iter(wrong))}: expected .*; got "):
        check(Outer, GOOD | wrong)


@pytest.mark.parametrize("values", [None, 3, [GOOD], "x"])
def test_what_is_no_object_is_refused(values: object) -> None:
    with pytest.raises(TypeError, match="expected an object"):
        check(Outer, values)


def test_half_a_letter_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        check(Outer, GOOD | {"name": "\ud800"})
