"""Whatever goes wrong in a trial has a name, and is caused here through `evaluate` or `run_job`."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import nn

from nas.core.evaluation import Failure, Outcome, Score
from nas.core.fidelity import UnrepresentableError
from nas.evaluation import Recipe, evaluate, training
from nas.evaluation.failures import LONGEST, kind_of
from nas.evaluation.job import prepared, run_job
from nas.evaluation.outcome import checked_outcome
from tests.nas.evaluation.tiny_space import TinySpace, asked, digits
from tests.nas.evaluation.troubled import SPACE, job


def failure(outcome: Outcome) -> Failure:
    assert isinstance(outcome, Failure), outcome
    return outcome


# Losses and logits


class Scaled(nn.Module):
    """A linear network whose logits are multiplied from a certain step on, or in evaluation."""

    def __init__(self, *, factor: float, after: int = 0, scoring: bool = False) -> None:
        super().__init__()
        self.layer = nn.Linear(64, 10)
        self.factor, self.left, self.scoring = factor, after, scoring
        self.steps = 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """b c h w -> b classes."""
        logits: torch.Tensor = self.layer(x.flatten(1))
        self.steps += self.training
        affected = not self.training if self.scoring else self.steps > self.left
        return logits * self.factor if affected else logits


def outcome_of(network: nn.Module) -> Outcome:
    return evaluate(
        asked(),
        space=TinySpace(network),
        data=digits(),
        recipe=Recipe(),
        study_seed=0,
        device="cpu",
        threads=1,
    )


@pytest.mark.parametrize("factor", [1e6, 1e30, math.inf, math.nan])
def test_an_exploding_loss_is_divergence_finite_or_not(factor: float) -> None:
    told = failure(outcome_of(Scaled(factor=factor, after=11)))
    assert told.kind == "diverged"
    assert told.message.startswith("the training loss is ")
    assert told.message.endswith(" at step 12 of 38")


@pytest.mark.parametrize("factor", [1e6, math.inf, math.nan])
def test_validation_logits_that_are_no_numbers_or_absurd_are_divergence(factor: float) -> None:
    told = failure(outcome_of(Scaled(factor=factor, scoring=True)))
    assert told.kind == "diverged"
    assert told.message.startswith("the validation loss is ")
    assert told.message.endswith(" after 38 steps")


def test_a_bad_start_is_no_divergence() -> None:
    assert isinstance(outcome_of(Scaled(factor=100.0)), Score)


def test_slow_steps_are_looked_at_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    for seconds, steps in ((training.CHECK_SECONDS, 38), (0.0, 4)):
        monkeypatch.setattr(training, "CHECK_SECONDS", seconds)
        network = Scaled(factor=math.nan, after=3)
        assert "at step 4 of 38" in failure(outcome_of(network)).message
        assert network.steps == steps


def test_a_network_with_nothing_to_train_is_told_so() -> None:
    told = failure(run_job(job("frozen")))
    assert (told.kind, told.message) == (
        "error",
        "network: expected a parameter to train; Sequential has none with requires_grad; mend the"
        " space's build",
    )


# The space's own code


def raising(error: Exception) -> Callable[..., NoReturn]:
    def method(*_: Any, **__: Any) -> NoReturn:
        raise error

    return method


@pytest.mark.parametrize("method", ["decode", "adapt", "build"])
@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (KeyError("plan"), "error", "KeyError: 'plan'"),
        (RuntimeError("a\nb"), "error", "RuntimeError: a b"),
        (MemoryError(), "out-of-memory", "MemoryError"),
    ],
)
def test_a_defect_of_the_space_is_a_failure_that_names_its_method(
    method: str, error: Exception, kind: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(SPACE), method, raising(error))
    told = failure(run_job(job()))
    assert told.kind == kind
    begun = f"--space tests.nas.evaluation.troubled:SPACE: {method} raised {said} ("
    assert told.message.startswith(begun)


def test_what_a_space_refuses_is_said_in_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(SPACE), "adapt", raising(UnrepresentableError("width 4 x 0.3")))
    assert failure(run_job(job())).message == "width 4 x 0.3"


def test_a_space_that_a_worker_cannot_import_is_a_failure() -> None:
    for space in ("no.such.module:SPACE", "tests.nas.evaluation.troubled:NOTHING"):
        told = failure(run_job(job(space=space)))
        assert told.kind == "error"
        assert told.message.startswith(f"--space {space}: cannot be loaded: ")


def test_an_exception_in_the_network_is_a_failure_and_the_next_trial_goes_on() -> None:
    told = failure(run_job(job("raises")))
    assert (told.kind, told.message) == ("error", "ValueError: the toy does not want to")
    assert isinstance(run_job(job()), Score)


# The data


def stored(path: Path) -> Path:
    images, labels = load_digits(return_X_y=True)
    pixels = (images.reshape(-1, 8, 8) * 15).astype(np.uint8)
    arrays = {"train_images": pixels, "train_labels": labels}
    np.savez(path, **arrays)
    return path


def test_data_that_have_vanished_meanwhile_are_a_failure(tmp_path: Path) -> None:
    file = stored(tmp_path / "digits.npz")
    wanted = job(source=f"npz:{file}")
    assert isinstance(run_job(wanted), Score)
    file.unlink()
    prepared.cache_clear()  # as in another process
    told = failure(run_job(wanted))
    assert told.kind == "no-data"
    assert "digits.npz" in told.message
    stored(file)
    assert isinstance(run_job(wanted), Score)


def test_data_may_come_with_the_job(tmp_path: Path) -> None:
    wanted = job(source=f"npz:{tmp_path / 'nowhere.npz'}")
    there = prepared(job().data, wanted.evaluation.fidelity)
    assert isinstance(run_job(wanted, data=there), Score)
    assert failure(run_job(wanted)).kind == "no-data"


def test_data_that_differ_from_the_searchs_are_a_failure() -> None:
    told = failure(run_job(replace(job(), digest="f" * 64)))
    assert told.kind == "data-differs"
    assert "put the same ones there" in told.message


# Causes


def test_a_kind_is_found_behind_what_wraps_it_unless_that_is_hidden() -> None:
    def raised(hidden: bool) -> Exception:
        try:
            try:
                raise MemoryError
            except MemoryError as error:
                raise ValueError("wrapped") from (None if hidden else error)
        except ValueError as error:
            return error

    assert kind_of(raised(hidden=False)) == "out-of-memory"
    assert kind_of(raised(hidden=True)) == "error"


# Results


GOOD = Score(accuracy=0.5, loss=1.0, seconds=2.0, device="cpu", images_per_second=3.0)
BAD = Failure(kind="error", message="m", seconds=1.0, device="cpu")


class Secretive:
    """Cannot be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("no")


def test_outcomes_are_believed() -> None:
    for outcome in (GOOD, BAD, replace(GOOD, accuracy=0), replace(GOOD, accuracy=1, parts=8)):
        assert checked_outcome(outcome) is outcome


@pytest.mark.parametrize(
    ("came", "said"),
    [
        (None, "NoneType: None"),
        ("0.93", "str: '0.93'"),
        ({"accuracy": 0.5}, "dict: {'accuracy': 0.5}"),
        (0.5, "float: 0.5"),
        (["\n" * 3], "list: "),
        (b"\x80" * 10_000, "bytes: "),
        (Secretive(), "Secretive: "),
        pytest.param(10**5000, "int: ", id="a long number"),
        (Score, "type: <class"),
        *(
            (replace(GOOD, accuracy=value), f"a Score with accuracy {value!r}")
            for value in (1.01, -0.1, math.nan, math.inf, "0.5", None, True)
        ),
        (replace(GOOD, loss=math.nan), "a Score with loss nan"),
        (replace(GOOD, seconds=-1.0), "a Score with seconds -1.0"),
        (replace(GOOD, images_per_second=math.inf), "a Score with images_per_second inf"),
        (replace(GOOD, peak_memory_bytes=0.5), "a Score with peak_memory_bytes 0.5"),  # type: ignore[arg-type]
        (replace(GOOD, parts=0), "a Score with parts 0"),
        (replace(GOOD, device=None), "a Score with device None"),  # type: ignore[arg-type]
        (replace(GOOD, accuracy=np.float32(0.5)), "a Score with accuracy "),
        (replace(BAD, kind="bored"), "a Failure with kind 'bored'"),  # type: ignore[arg-type]
        (replace(BAD, kind=[]), "a Failure with kind []"),  # type: ignore[arg-type]
        (replace(BAD, message=7), "a Failure with message 7"),  # type: ignore[arg-type]
        (replace(BAD, seconds=math.nan), "a Failure with seconds nan"),
    ],
)
def test_what_is_no_outcome_is_a_bad_result_that_says_what_came(came: object, said: str) -> None:
    told = checked_outcome(came, seconds=3.0, device="cpu")
    assert isinstance(told, Failure)
    assert (told.kind, told.seconds, told.device) == ("bad-result", 3.0, "cpu")
    assert told.message.startswith(f"expected a Score or a Failure; got {said}")
    assert "\n" not in told.message
    assert len(told.message) <= LONGEST
    assert checked_outcome(told) is told


def test_an_outcome_without_its_fields_is_a_bad_result() -> None:
    hollow = object.__new__(Score)
    told = failure(checked_outcome(hollow))
    assert told.message.endswith("got a Score with accuracy None")
