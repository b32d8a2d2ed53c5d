"""The life of a trial: a score, or a failure with a name; nothing else comes back."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from nas.core.errors import InputError
from nas.core.evaluation import Evaluation, Failure, Outcome, Score
from nas.core.space import SearchSpace
from nas.evaluation import EpochEnd, Recipe, evaluate, load_weights, save_weights, score
from nas.evaluation.failures import LONGEST
from tests.nas.evaluation.tiny_space import Failing, TinySpace, asked, convnet, digits

FAST = Recipe(learning_rate=0.01, batch_size=32, drop_path=0.1)


def outcome_of(
    evaluation: Evaluation | None = None,
    *,
    network: nn.Module | None = None,
    study_seed: int = 0,
    recipe: Recipe = FAST,
) -> Outcome:
    return evaluate(
        evaluation or asked(),
        space=TinySpace(network),
        data=digits(),
        recipe=recipe,
        study_seed=study_seed,
        device="cpu",
        threads=1,
    )


def scored(outcome: Outcome) -> tuple[float, float]:
    assert isinstance(outcome, Score), outcome
    return outcome.accuracy, outcome.loss


def test_the_space_of_these_tests_is_a_search_space() -> None:
    space: SearchSpace = TinySpace()
    assert isinstance(space, SearchSpace)


def test_a_trial_that_ends_well_is_a_score() -> None:
    outcome = outcome_of(asked(16, epochs=2))
    assert isinstance(outcome, Score)
    assert outcome.accuracy > 0.8
    assert outcome.device == "cpu"
    assert outcome.seconds > 0
    assert outcome.images_per_second > 0


def test_the_same_evaluation_gives_the_same_bits_whatever_was_drawn_before() -> None:
    first = scored(outcome_of())
    torch.rand(3)
    assert scored(outcome_of()) == first


def test_another_replicate_or_study_gives_another_result() -> None:
    first = scored(outcome_of())
    assert scored(outcome_of(asked(replicate=1))) != first
    assert scored(outcome_of(study_seed=1)) != first


def test_the_network_is_built_at_the_proxys_widths() -> None:
    small, scaled = outcome_of(asked(8)), outcome_of(asked(16, width_scale=0.5))
    assert isinstance(small, Score)
    assert isinstance(scaled, Score)  # seeds differ, as keys and fidelities do


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (torch.OutOfMemoryError("CUDA out of memory."), "out-of-memory", "CUDA out of memory"),
        (MemoryError(), "out-of-memory", "MemoryError"),
        (RuntimeError("DefaultCPUAllocator: not enough memory: 8 GB"), "out-of-memory", "8 GB"),
        (RuntimeError("[x] DefaultCPUAllocator: can't allocate memory: y"), "out-of-memory", "y"),
        (RuntimeError("shapes\n cannot be multiplied"), "error", "shapes cannot be multiplied"),
        (KeyError("knob"), "error", "KeyError: 'knob'"),
        (ValueError("x" * 1000), "error", "ValueError: x"),
    ],
)
def test_a_failure_is_named(error: Exception, kind: str, message: str) -> None:
    outcome = outcome_of(network=Failing(error))
    assert isinstance(outcome, Failure)
    assert outcome.kind == kind
    assert message in outcome.message
    assert "\n" not in outcome.message
    assert len(outcome.message) <= LONGEST
    assert outcome.device == "cpu"
    assert outcome.seconds >= 0


def test_a_training_that_diverges_is_named() -> None:
    model = convnet()
    with torch.no_grad():
        next(model.parameters()).fill_(float("nan"))
    outcome = outcome_of(network=model)
    assert isinstance(outcome, Failure)
    assert outcome.kind == "diverged"
    assert "nan at step 1 of" in outcome.message


def test_a_network_that_cannot_be_scaled_is_a_failure() -> None:
    outcome = outcome_of(asked(8, width_scale=0.3))
    assert isinstance(outcome, Failure)
    assert (outcome.kind, outcome.message) == ("error", "width 8 cannot be scaled")


def test_data_of_another_resolution_are_a_failure() -> None:
    outcome = outcome_of(asked(resolution=16))
    assert isinstance(outcome, Failure)
    assert "expected images of 16 px" in outcome.message


def test_a_gpu_that_is_not_there_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    outcome = evaluate(
        asked(), space=TinySpace(), data=digits(), recipe=FAST, study_seed=0, device="cuda"
    )
    assert isinstance(outcome, Failure)
    assert (outcome.kind, outcome.device) == ("no-device", "cuda")


def test_a_trial_beyond_its_time_is_a_failure() -> None:
    outcome = evaluate(
        asked(epochs=2),
        space=TinySpace(),
        data=digits(),
        recipe=FAST,
        study_seed=0,
        device="cpu",
        seconds=0,
    )
    assert isinstance(outcome, Failure)
    assert outcome.kind == "timeout"
    assert outcome.message == "out of time with the network just built"


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt(), SystemExit(0)])
def test_interrupts_pass(interrupt: BaseException) -> None:
    with pytest.raises(type(interrupt)):
        outcome_of(network=Failing(interrupt))


def test_progress_is_told_after_every_epoch() -> None:
    told: list[EpochEnd] = []
    evaluate(
        asked(epochs=2),
        space=TinySpace(),
        data=digits(),
        recipe=FAST,
        study_seed=0,
        device="cpu",
        progress=told.append,
    )
    assert [end.epoch for end in told] == [1, 2]


def test_trained_weights_are_written_with_their_configuration(tmp_path: Path) -> None:
    path, data, space = tmp_path / "weights" / "net.safetensors", digits(), TinySpace()
    outcome = evaluate(
        asked(), space=space, data=data, recipe=FAST, study_seed=0, device="cpu", weights=path
    )
    state, configuration = load_weights(path)
    assert configuration == {"width": 8, "classes": 10}
    model = space.build(space.from_dict(configuration))
    model.load_state_dict(state)
    again = score(model, data.val_images, data.val_labels, batch_size=FAST.eval_batch_size)
    accuracy, loss = scored(outcome)
    assert again.accuracy == accuracy
    assert again.loss == pytest.approx(loss, rel=1e-5)  # another memory layout, other roundings
    assert [file.name for file in path.parent.iterdir()] == ["net.safetensors"]


def test_a_failed_write_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "net.safetensors"
    save_weights(path, {"weight": torch.ones(2)}, {"width": 4})

    def full(self: Path, target: Path) -> Path:
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space"):
        save_weights(path, {"weight": torch.zeros(2)}, {"width": 8})
    assert load_weights(path)[1] == {"width": 4}
    assert len(list(tmp_path.iterdir())) == 1


def test_other_files_are_no_weights(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    with pytest.raises(InputError, match=r"net.safetensors: expected a safetensors file"):
        load_weights(path)
    path.write_text("not one")
    with pytest.raises(InputError, match="expected a safetensors file"):
        load_weights(path)


def test_the_options_of_a_recipe_reach_the_space() -> None:
    assert scored(outcome_of(recipe=replace(FAST, drop_path=0.5))) != scored(outcome_of())


def test_a_score_survives_a_disk_that_takes_no_weights(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    outcome = evaluate(
        asked(),
        space=TinySpace(),
        data=digits(),
        recipe=FAST,
        study_seed=0,
        device="cpu",
        weights=tmp_path / "file" / "net.safetensors",
    )
    assert isinstance(outcome, Score)
