"""What several drivers must not do to a study would be seen; they themselves: tests/nas."""

import json
from pathlib import Path

import pytest
from optuna.distributions import CategoricalDistribution
from optuna.trial import FrozenTrial, TrialState, create_trial

from tests.faults.drivers import wrong

ROWS = ("0,1,1,1,1", "1,1,1,1,2")


def trial(number: int, key: str, state: TrialState = TrialState.COMPLETE) -> FrozenTrial:
    """Of the network with that key."""
    made = create_trial(
        state=state,
        params={"a": 1},
        distributions={"a": CategoricalDistribution((1, 2))},
        value=1.0 if state == TrialState.COMPLETE else None,
        user_attrs={"key": key},
    )
    made.number = number
    return made


def found(folder: Path, trials: list[FrozenTrial], rows: tuple[str, ...] = ROWS) -> list[str]:
    """With those rows in the table, two trials having been asked for."""
    (folder / "s").mkdir()
    (folder / "s" / "run.json").write_text(json.dumps({"study": "s"}))
    (folder / "s" / "trials.csv").write_text("\n".join(["trial,a,b,c,d", *rows]) + "\n")
    return list(wrong(trials, 2, folder))


def test_a_study_that_is_as_it_must_be_is_no_breach(tmp_path: Path) -> None:
    withdrawn = trial(2, "b", TrialState.FAIL)
    assert found(tmp_path, [trial(0, "a"), trial(1, "b"), withdrawn]) == []


@pytest.mark.parametrize(
    "trials",
    [
        [trial(0, "a"), trial(1, "a")],
        [trial(0, "a"), trial(1, "b"), trial(2, "c", TrialState.RUNNING)],
        [trial(0, "a"), trial(1, "b"), trial(2, "c", TrialState.WAITING)],
    ],
)
def test_double_and_unfinished_trials_are_breaches(
    trials: list[FrozenTrial], tmp_path: Path
) -> None:
    assert len(found(tmp_path, trials)) == 1


def test_a_number_of_trials_that_nobody_asked_for_is_a_breach(tmp_path: Path) -> None:
    assert len(found(tmp_path, [trial(0, "a")], ROWS[:1])) == 1


@pytest.mark.parametrize("rows", [ROWS[:1], ("0,1,1,1,1", "1,1,1,1,1"), (*ROWS, "2,2,2,2,2")])
def test_a_table_that_says_otherwise_is_a_breach(rows: tuple[str, ...], tmp_path: Path) -> None:
    assert len(found(tmp_path, [trial(0, "a"), trial(1, "b")], rows)) == 1
