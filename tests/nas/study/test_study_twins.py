"""A write whose answer was lost is made again; there is one trial of it all the same."""

from collections import Counter
from typing import Any

import optuna
import pytest
from opened import ledger
from optuna.exceptions import StorageInternalError
from optuna.storages import InMemoryStorage
from optuna.trial import FrozenTrial, TrialState

from nas.core.evaluation import Score
from nas.study import patience
from nas.study.ticket import Ticket

SCORE = Score(accuracy=0.5, loss=1.25, seconds=2.0, device="cpu", images_per_second=9.0)


class Forgetful(InMemoryStorage):
    """A database that goes away between a commit and its answer, so many times for each call."""

    def __init__(self) -> None:
        super().__init__()
        self.losses: dict[str, int] = {}

    def _lose(self, call: str) -> None:
        if self.losses.get(call):
            self.losses[call] -= 1
            raise StorageInternalError("the connection was closed")

    def create_new_trial(self, study_id: int, template_trial: FrozenTrial | None = None) -> int:
        """Made, and perhaps nobody hears of it."""
        made = super().create_new_trial(study_id, template_trial)
        self._lose("create")
        return made

    def set_trial_state_values(self, *args: Any, **kwargs: Any) -> bool:
        """The same of an outcome."""
        done = super().set_trial_state_values(*args, **kwargs)
        self._lose("end")
        return done


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PAUSE", 0.001)


def states(storage: InMemoryStorage) -> Counter[TrialState]:
    """How many trials stand how."""
    study = optuna.load_study(storage=storage, study_name="s")
    return Counter(trial.state for trial in study.get_trials(deepcopy=False))


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("losses", [1, 2])
def test_of_a_trial_that_is_written_twice_the_first_stays(alone: bool, losses: int) -> None:
    storage = Forgetful()
    opened = ledger(storage, alone=alone)
    storage.losses["create"] = losses
    ticket = opened.ask()
    assert isinstance(ticket, Ticket)
    assert ticket.trial.number == 0
    assert states(storage) == {TrialState.RUNNING: 1, TrialState.FAIL: losses}
    opened.tell(ticket, SCORE)
    assert [record.state for record in opened.records()] == ["COMPLETE"]
    other = opened.ask()
    assert isinstance(other, Ticket)
    assert other.evaluation.key != ticket.evaluation.key


def test_a_reference_that_is_written_twice_is_one() -> None:
    storage = Forgetful()
    opened = ledger(storage, alone=False)
    ticket = opened.ask()
    assert isinstance(ticket, Ticket)
    member = opened.member(ticket.evaluation.genome)
    assert member is not None
    storage.losses["create"] = 1
    assert opened.open_reference(member, role="replicate", label=None, replicate=1) is not None
    assert [record.replicate for record in opened.beside()] == [1]


@pytest.mark.parametrize("alone", [True, False])
def test_an_outcome_that_is_written_twice_is_there_once(alone: bool) -> None:
    storage = Forgetful()
    opened = ledger(storage, alone=alone)
    ticket = opened.ask()
    assert isinstance(ticket, Ticket)
    storage.losses["end"] = 1
    opened.tell(ticket, SCORE)
    assert [record.accuracy for record in opened.records()] == [0.5]
    assert [record.number for record in opened.news() if record.complete] == [0]


def test_what_is_queued_twice_is_tried_once() -> None:
    storage = Forgetful()
    opened = ledger(storage)
    ticket = opened.ask()
    assert isinstance(ticket, Ticket)
    storage.losses["create"] = 1
    opened.give_up()
    assert states(storage) == {TrialState.FAIL: 1, TrialState.WAITING: 2}
    again, other = opened.ask(), opened.ask()
    assert isinstance(again, Ticket)
    assert isinstance(other, Ticket)
    assert again.evaluation == ticket.evaluation
    assert other.evaluation.key != ticket.evaluation.key
    assert not states(storage)[TrialState.WAITING]


def test_a_claim_that_another_driver_took_for_dead_at_once_is_withdrawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    storage = InMemoryStorage()
    opened = ledger(storage, alone=False)
    book = opened._search
    look = book.look

    def ended_by_another() -> None:
        for trial in storage.get_all_trials(0):
            if trial.state == TrialState.RUNNING and trial.number == 0:
                storage.set_trial_user_attr(trial._trial_id, "failure", "interrupted")
                storage.set_trial_state_values(trial._trial_id, TrialState.FAIL)
        look()

    monkeypatch.setattr(book, "look", ended_by_another)
    ticket = opened.ask()
    assert isinstance(ticket, Ticket)
    assert ticket.trial.number == 1
