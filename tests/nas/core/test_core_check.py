"""A space that breaks the protocol costs one line, which names the method and what was wrong."""

import time
from dataclasses import replace
from typing import Any

import pytest

from nas.core.check import check_space
from nas.core.cost import Cost
from nas.core.errors import InputError
from nas.core.fidelity import UnrepresentableError
from nas.core.guard import DefectiveSpaceError, defect_behind, guarded
from nas.core.knob import Knob
from search_spaces.accvit import SPACE as ACCVIT
from tests.nas.exporting.toy_space import SPACE as EXPORTED
from tests.nas.toy import ToySpace

TOY = ToySpace()
WIDTH, KERNEL = TOY.knobs[:2]


def toy(**wrong: Any) -> ToySpace:
    """The toy space with some of its attributes replaced."""
    return type("Wrong", (ToySpace,), wrong)()


def missing(*_: Any) -> Any:
    """A method with a slip."""
    return {}["width"]


def knobs(*first: Knob) -> dict[str, Any]:
    """Other knobs in place of the toy's first ones."""
    return {"knobs": (*first, *TOY.knobs[len(first) :])}


def narrowed(self: ToySpace, genome: Any) -> Any:
    """A canonical form that loses a knob."""
    return {"width": genome["width"]}


def growing(self: ToySpace, genome: Any) -> Any:
    """A canonical form that has none."""
    widths = WIDTH.choices
    wider = widths[min(widths.index(genome["width"]) + 1, len(widths) - 1)]
    return {**ToySpace.canonical(self, genome), "width": wider}


def priced(**counts: Any) -> dict[str, Any]:
    """A cost of one's own."""
    fixed = Cost(**{"params": 1, "macs": 1, "flops": 1, **counts})
    return {"cost": lambda self, configuration: fixed}


ALIKE = "knobs: width: choices are alike"
DEFECTS: dict[str, tuple[dict[str, Any], str]] = {
    "knobs raise": ({"knobs": property(missing)}, "knobs raised KeyError"),
    "knobs are a list": ({"knobs": list(TOY.knobs)}, "knobs: expected a tuple"),
    "no knobs": ({"knobs": ()}, "knobs: expected a tuple"),
    "one name twice": (knobs(WIDTH, WIDTH), "knobs: 2 of them are called width"),
    "no choices": (knobs(replace(WIDTH, choices=())), "knobs: width: has no choices"),
    "a choice of None": (knobs(replace(WIDTH, choices=(4, None))), "knobs: width: choices"),
    "a choice that is no number": (
        knobs(replace(WIDTH, choices=(4, float("nan")))),
        "knobs: width: choices",
    ),
    "choices in a list": (knobs(replace(WIDTH, choices=[4, 8])), "knobs: width: choices"),  # type: ignore[arg-type]
    "choices that are equal": (knobs(replace(WIDTH, choices=(1, True))), ALIKE),
    "choices that read alike": (knobs(replace(WIDTH, choices=(4, "4"))), ALIKE),
    "no size": ({"size": 0}, "size: expected a whole number, 1 to 96; got 0"),
    "too large": ({"size": 97}, "size: expected"),
    "a size that is no count": ({"size": 9.5}, "size: expected"),
    "published in a list": ({"published": []}, "published: expected a mapping"),
    "violation raises": ({"violation": missing}, "violation raised KeyError: 'width'"),
    "violation says no": ({"violation": lambda *_: False}, "violation: expected a reason or None"),
    "canonical raises": ({"canonical": missing}, "canonical raised KeyError"),
    "canonical is incomplete": ({"canonical": narrowed}, "canonical: .* a value for every knob"),
    "canonical answers nothing": ({"canonical": lambda *_: None}, "canonical: .* every knob"),
    "canonical is never done": ({"canonical": growing}, "canonical: .* its own answer; width: "),
    "decode takes nothing": ({"decode": lambda self: None}, "decode raised TypeError"),
    "decode forgets": (
        {"decode": lambda self, genome: TOY.published["small"]},
        "encode: .* does not give back what was decoded; width: ",
    ),
    "encode raises": ({"encode": missing}, "encode raised KeyError"),
    "encode makes up": (
        {"encode": lambda self, given: {**ToySpace.encode(self, given), "width": 5}},
        "encode: .*width = 5 is not among",
    ),
    "adapt raises": ({"adapt": missing}, "adapt raised KeyError"),
    "cost raises": ({"cost": missing}, "cost raised KeyError"),
    "cost is a number": ({"cost": lambda *_: 5}, "cost: .*expected whole numbers; got 5"),
    "cost is not whole": (priced(params=1.5), "cost: .*expected whole numbers"),
    "cost is below nothing": (priced(macs=-1), "cost: .*expected whole numbers"),
    "stages do not sum up": (priced(), "stage_costs: .* params sum to .*, and cost says 1"),
    "stages are a list": ({"stage_costs": lambda *_: [], "cost": priced()["cost"]}, "stage_costs"),
    "no JSON": ({"to_dict": lambda *_: {"width": {1, 2}}}, "to_dict: .*no JSON"),
    "JSON, but no object": ({"to_dict": lambda *_: [1]}, "to_dict: .*expected a JSON object"),
    "cannot read itself": ({"from_dict": missing}, "from_dict raised KeyError"),
    "reads another": (
        {"from_dict": lambda *_: TOY.published["large"]},
        "from_dict: .*does not give back what to_dict wrote",
    ),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_one_line_with_the_method(defect: str) -> None:
    wrong, said = DEFECTS[defect]
    with pytest.raises(InputError, match=f"^--space mine: {said}") as raised:
        check_space("mine", toy(**wrong))
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize("space", [ACCVIT, TOY, EXPORTED])
def test_a_sound_space_passes(space: Any) -> None:
    check_space("sound", space)


def test_it_takes_no_time_to_speak_of() -> None:
    def seconds() -> float:
        started = time.process_time()
        check_space("accvit", ACCVIT)
        return time.process_time() - started

    assert min(seconds() for _ in range(3)) < 0.2


def refused(*_: Any) -> Any:
    """No setting will do."""
    raise UnrepresentableError("too narrow")


def test_a_network_that_a_setting_cannot_hold_is_no_defect() -> None:
    check_space("mine", toy(adapt=refused))
    with pytest.raises(UnrepresentableError):
        guarded("mine", toy(adapt=refused)).adapt(TOY.published["small"], None)  # type: ignore[arg-type]


def test_what_a_method_raises_later_on_is_told_with_its_place() -> None:
    space = guarded("mine", toy(cost=missing))
    assert space.knobs is ToySpace.knobs
    with pytest.raises(DefectiveSpaceError) as raised:
        space.cost(TOY.published["small"])
    told = "--space mine: cost raised KeyError: 'width' (test_core_check.py:"
    assert str(raised.value).startswith(told)


def test_a_defect_is_found_behind_what_others_made_of_it() -> None:
    """As Ray Tune does, which loses track of a trial and then wraps all in an error of its own."""
    space = guarded("mine", toy(cost=missing))

    def tune() -> None:
        try:
            try:
                space.cost(TOY.published["small"])
            except DefectiveSpaceError:
                {}["trial"]
        except KeyError as error:
            raise OSError("wrapped") from error

    with pytest.raises(OSError, match="wrapped") as raised:
        tune()
    assert str(defect_behind(raised.value)).startswith("--space mine: cost raised KeyError")
    assert defect_behind(ValueError("another")) is None
