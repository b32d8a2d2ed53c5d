"""Recipes and presets: values out of range are refused by name."""

from typing import Any

import pytest

from nas.core.errors import InputError
from nas.core.fidelity import Fidelity
from nas.evaluation import FIDELITIES, Recipe


def test_the_defaults_are_valid() -> None:
    assert Recipe() == Recipe()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("batch_size", 1),
        ("learning_rate", 0),
        ("learning_rate", float("inf")),
        ("learning_rate", float("nan")),
        ("final_share", 1.5),
        ("weight_decay", -0.1),
        ("warmup_share", -0.1),
        ("label_smoothing", 1.0),
        ("gradient_clip", -1.0),
        ("mixup", -0.2),
        ("drop_path", 1.0),
        ("ema_decay", 1.0),
        ("calibration_images", 0),
        ("eval_batch_size", 0),
        ("execution", "graphs"),
    ],
)
def test_a_value_out_of_range_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(InputError, match=f"^{name}: expected .*; got {value}$"):
        Recipe(**{name: value})


@pytest.mark.parametrize("execution", ["compile", "cuda-graphs"])
def test_checkpointing_is_for_eager_steps(execution: Any) -> None:
    with pytest.raises(
        InputError, match=r"^checkpointing: expected execution eager with it; got True$"
    ):
        Recipe(checkpointing=True, execution=execution)


def test_there_is_a_preset_for_each_kind_of_machine() -> None:
    assert set(FIDELITIES) == {"cpu", "gpu"}
    for preset in FIDELITIES.values():
        assert isinstance(preset.fidelity, Fidelity)
        assert isinstance(preset.recipe, Recipe)


def test_presets_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        FIDELITIES["cpu"] = FIDELITIES["gpu"]  # type: ignore[index]
