"""The small frozen values: knobs, objectives, fidelities, keys, and the seed of an evaluation."""

from dataclasses import replace

import pytest

from nas.core.errors import InputError
from nas.core.evaluation import Evaluation
from nas.core.fidelity import Fidelity, Setting, proxy_setting
from nas.core.knob import Knob
from nas.core.objective import Objective, parse_objectives
from nas.core.space import key_of

FIDELITY = Fidelity(epochs=2, resolution=64)
EVALUATION = Evaluation(key="00", genome={"a": 1}, fidelity=FIDELITY)


@pytest.mark.parametrize(
    ("choices", "text", "value"),
    [((8, 16), "16", 16), ((True, False), "false", False), (("gate", "mean"), " Gate ", "gate")],
)
def test_a_knob_reads_its_choices_back(choices, text, value):
    found = Knob(name="k", choices=choices).parse(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["", "1", "17", "8,16"])
def test_a_knob_names_its_choices_to_who_asks_for_another(text):
    with pytest.raises(InputError, match=f"^knob k: expected one of 8, 16; got '{text}'$"):
        Knob(name="k", choices=(8, 16)).parse(text)


def test_accuracy_is_maximised_and_costs_are_minimised():
    assert parse_objectives("accuracy, macs") == (
        Objective("accuracy", "maximize"),
        Objective("macs", "minimize"),
    )


@pytest.mark.parametrize("text", ["", "params", "accuracy,speed", "accuracy,accuracy"])
def test_objectives_without_accuracy_unknown_or_twice_are_refused(text):
    with pytest.raises(InputError, match=r"^--objectives .*: expected accuracy and any of params"):
        parse_objectives(text)


@pytest.mark.parametrize(
    ("wrong", "flag"),
    [
        ({"epochs": 0}, "--epochs"),
        ({"resolution": 0}, "--resolution"),
        ({"data_share": 0.0}, "--data-share"),
        ({"data_share": 1.1}, "--data-share"),
        ({"data_share": float("nan")}, "--data-share"),
        ({"width_scale": 0.0}, "--width-scale"),
        ({"width_scale": 2.0}, "--width-scale"),
    ],
)
def test_a_fidelity_that_cannot_be_names_its_flag(wrong, flag):
    with pytest.raises(InputError, match=f"^{flag}: expected"):
        replace(FIDELITY, **wrong)


def test_a_proxy_setting_has_the_fidelitys_pixels_and_widths_and_the_datas_classes():
    setting = proxy_setting(replace(FIDELITY, width_scale=0.5), classes=10, channels=1)
    assert (setting.resolution, setting.width_scale) == (64, 0.5)
    assert (setting.classes, setting.channels, setting.proxy) == (10, 1, True)


def test_a_key_is_sixteen_hexadecimal_digits_that_the_order_of_knobs_does_not_change():
    key = key_of({"a": 1, "b": "x"})
    assert key == key_of({"b": "x", "a": 1})
    assert len(key) == 16
    assert int(key, 16) >= 0


@pytest.mark.parametrize("other", [{"a": 2}, {"a": "1"}, {"a": 1, "b": 1}, {"b": 1}, {}])
def test_another_genome_has_another_key(other):
    assert key_of(other) != key_of({"a": 1})


@pytest.mark.parametrize(
    "other",
    [
        replace(EVALUATION, key="01"),
        replace(EVALUATION, replicate=1),
        replace(EVALUATION, fidelity=replace(FIDELITY, epochs=3)),
    ],
)
def test_key_fidelity_and_replicate_each_change_the_seed(other):
    assert other.seed(0) != EVALUATION.seed(0)


def test_the_seed_is_a_function_of_the_evaluation_and_the_studys_seed():
    assert EVALUATION.seed(7) == replace(EVALUATION).seed(7)
    assert EVALUATION.seed(7) != EVALUATION.seed(8)
    assert 0 <= EVALUATION.seed(7) < 2**31


@pytest.mark.parametrize("name", ["resolution", "classes", "channels"])
@pytest.mark.parametrize("value", [0, -32, None, "", 1.5, True, 10**7, 10**400])
def test_a_setting_that_no_images_have_is_refused(name, value):
    with pytest.raises(InputError, match=f"^{name}: expected a whole number above 0 and below"):
        Setting(**{name: value})
