"""The study remembers all, shows the sampler only the search, and survives being cut short."""

from pathlib import Path

import optuna
import pytest
from opened import ledger, region, settings
from optuna.samplers import BaseSampler, RandomSampler
from optuna.storages import BaseStorage, InMemoryStorage
from optuna.trial import TrialState

from nas.core.errors import InputError
from nas.core.evaluation import Failure, Score
from nas.study.campaign import NOISE_KEYS, Campaign
from nas.study.ledger import Ledger
from nas.study.reading import REFERENCE, read_records
from nas.study.storage import open_storage
from nas.study.ticket import Ticket
from nas.windows import Member
from tests.nas.toy import SPACE

SCORE = Score(accuracy=0.5, loss=1.25, seconds=2.0, device="cpu", images_per_second=9.0)
FAILURE = Failure(kind="out-of-memory", message="too large", seconds=1.0, device="cpu")


@pytest.fixture
def storage(tmp_path: Path) -> BaseStorage:
    """SQLite, as in a run."""
    return open_storage(f"sqlite:///{tmp_path / 'study.db'}")


def published(within: Ledger, name: str = "small") -> Member:
    """A member by its published name."""
    found = within.member(SPACE.encode(SPACE.published[name]))
    assert found is not None
    return found


def test_an_outcome_can_be_read_back_whole(storage: BaseStorage) -> None:
    opened = ledger(storage, seed=7)
    ticket = opened.ask()
    assert isinstance(ticket, Ticket)
    opened.tell(ticket, SCORE)
    (record,) = read_records(storage, "s")
    assert record.complete
    assert (record.accuracy, record.loss, record.seconds) == (0.5, 1.25, 2.0)
    assert record.genome == ticket.evaluation.genome
    assert record.seed == ticket.evaluation.seed(7)
    assert (record.params, record.macs) == (ticket.cost.params, ticket.cost.macs)


def test_a_failure_is_recorded_by_name(storage: BaseStorage) -> None:
    opened = ledger(storage)
    ticket = opened.ask()
    assert isinstance(ticket, Ticket)
    opened.tell(ticket, FAILURE)
    (record,) = opened.records()
    assert (record.state, record.failure) == ("FAIL", "out-of-memory: too large")


def test_no_network_is_proposed_twice_and_the_end_is_none() -> None:
    opened = ledger(InMemoryStorage(), region(mood=("well",), width=(4, 8)))
    keys = []
    while isinstance(ticket := opened.ask(), Ticket):
        keys.append(ticket.evaluation.key)
        opened.tell(ticket, FAILURE if len(keys) % 2 else SCORE)
    assert len(keys) == len(set(keys)) == 2 * 2 * 2


def test_the_sampler_never_sees_published_members_and_replicates(storage: BaseStorage) -> None:
    opened = ledger(storage)
    for replicate in range(2):
        ticket = opened.open_reference(
            published(opened), role="published", label="small", replicate=replicate
        )
        opened.tell(ticket, SCORE)
    assert optuna.load_study(storage=storage, study_name="s").trials == []
    assert len(optuna.load_study(storage=storage, study_name=f"s{REFERENCE}").trials) == 2
    assert [record.label for record in opened.records()] == ["small", "small"]


def test_what_a_killed_run_left_is_asked_for_again_first(storage: BaseStorage) -> None:
    before = ledger(storage)
    finished, cut = before.ask(), before.ask()
    assert isinstance(finished, Ticket)
    assert isinstance(cut, Ticket)
    before.tell(finished, SCORE)
    before.open_reference(published(before), role="published", label="small", replicate=0)

    after = ledger(storage)
    assert after.recover() == 1
    assert [record.key for record in after.records()][:1] == [finished.evaluation.key]
    again = after.ask()
    assert isinstance(again, Ticket)
    assert again.evaluation == cut.evaluation


def test_ctrl_c_may_cut_a_trial_short_as_often_as_one_likes(storage: BaseStorage) -> None:
    for _ in range(5):
        opened = ledger(storage)
        assert isinstance(opened.ask(), Ticket)
        opened.give_up()


def test_a_training_that_takes_the_process_with_it_is_given_up(storage: BaseStorage) -> None:
    keys = []
    for _ in range(3):
        opened = ledger(storage)
        opened.recover()
        ticket = opened.ask()
        assert isinstance(ticket, Ticket)
        keys.append(ticket.evaluation.key)
    assert len(set(keys)) == 1
    last = ledger(storage)
    assert last.recover() == 0
    (record,) = last.records()
    assert record.failure == "worker-died: with the search, 3 times"
    other = last.ask()
    assert isinstance(other, Ticket)
    assert other.evaluation.key not in keys


def test_a_published_member_that_takes_the_process_with_it_is_given_up_as_well(
    storage: BaseStorage,
) -> None:
    for _ in range(3):
        opened = ledger(storage)
        opened.recover()
        assert opened.beside() == []
        opened.open_reference(published(opened), role="published", label="small", replicate=0)
    last = ledger(storage)
    last.recover()
    (record,) = last.beside()
    assert record.failure == "worker-died: with the search, 3 times"


@pytest.mark.parametrize("lag", [None, 4])
@pytest.mark.parametrize("workers", [1, 4])
def test_the_first_trials_are_trained_twice_however_often_they_were_cut_short(
    workers: int, lag: int | None, storage: BaseStorage
) -> None:
    for _ in range(3):
        opened = ledger(storage, lag=lag)
        search = Campaign(opened, trials=8, workers=workers)
        for _ in range(workers):
            search.next()
        opened.give_up()
    opened = ledger(storage, lag=lag)
    search = Campaign(opened, trials=8, workers=1)
    while (ticket := search.next()) is not None:
        search.done(ticket, SCORE)
    again = {record.key for record in opened.beside()}
    assert again == {record.key for record in opened.first(NOISE_KEYS)}
    assert len(again) == NOISE_KEYS


def test_a_queued_trial_is_carried_out_where_no_unseen_network_is_left(
    storage: BaseStorage,
) -> None:
    within = region(mood=("well",), width=(4,), kernel=(1,), pool=("max",))
    assert isinstance(ledger(storage, within).ask(), Ticket)
    after = ledger(storage, within)
    after.recover()
    assert isinstance(after.ask(), Ticket)
    assert after.ask() == "exhausted"


def test_a_trial_queued_by_hand_outside_the_window_is_refused_by_name() -> None:
    storage = InMemoryStorage()
    opened = ledger(storage, region(mood=("well",)))
    study = optuna.load_study(storage=storage, study_name="s")
    study.enqueue_trial({"width": 4, "kernel": 1, "pool": "max", "mood": "exits"})
    opened.recover()  # looks at once
    ticket = opened.ask()
    assert isinstance(ticket, Ticket)
    assert ticket.evaluation.genome["mood"] == "well"
    assert study.trials[0].state == TrialState.FAIL
    assert study.trials[0].user_attrs["failure"].startswith("refused: mood = exits")


def test_thousands_of_trials_queued_by_hand_may_be_refused_one_after_the_other() -> None:
    storage = InMemoryStorage()
    opened = ledger(storage, region(mood=("well",)))
    study = optuna.load_study(storage=storage, study_name="s")
    for _ in range(2000):  # twice as many as Python nests calls
        study.enqueue_trial({"width": 4, "kernel": 1, "pool": "max", "mood": "exits"})
    opened.recover()  # looks at once
    ticket = opened.ask()
    assert isinstance(ticket, Ticket)
    assert ticket.trial.number == 2000
    refused = study.get_trials(deepcopy=False, states=(TrialState.FAIL,))
    assert len(refused) == 2000


class Speechless(RandomSampler):
    """Finds nothing, though something is there."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def infer_relative_search_space(self, study, trial):  # type: ignore[no-untyped-def]
        """Fail."""
        raise self._error


def speechless(error: Exception) -> BaseSampler:
    """A sampler that raises."""
    return Speechless(error)


def test_a_sampler_that_finds_nothing_ends_the_search_and_leaves_nothing_running() -> None:
    storage = InMemoryStorage()
    opened = ledger(storage)
    opened.use(speechless(LookupError("no unseen member")))
    assert opened.ask() == "exhausted"
    assert optuna.load_study(storage=storage, study_name="s").trials == []
    assert opened.records() == []


def test_a_sampler_with_a_defect_is_not_taken_for_the_end() -> None:
    opened = ledger(InMemoryStorage())
    opened.use(speechless(KeyError("width")))
    with pytest.raises(KeyError):
        opened.ask()


def test_a_storage_that_holds_the_name_with_other_settings_is_refused(
    storage: BaseStorage,
) -> None:
    ledger(storage, settings=settings().to_dict())
    ledger(storage, settings=settings().to_dict())
    with pytest.raises(InputError, match="seed: 0 there, 1 asked"):
        ledger(storage, settings=settings(seed=1).to_dict())


def test_no_study_is_a_mistake_of_the_reader(storage: BaseStorage) -> None:
    with pytest.raises(InputError, match="no study named nothing"):
        read_records(storage, "nothing")
