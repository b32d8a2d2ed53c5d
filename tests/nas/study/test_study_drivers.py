"""Several drivers of one study: none of them evaluates what another does, and none is waited for
in vain."""

import multiprocessing
import os
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import optuna
import pytest
from opened import OBJECTIVES, ledger, region
from optuna.storages import BaseStorage, InMemoryStorage
from optuna.trial import TrialState

from nas.core.evaluation import Failure, Score
from nas.samplers import make_sampler
from nas.searching.drivers import sampler_seed
from nas.study import drivers
from nas.study.campaign import Campaign, Reference
from nas.study.drivers import GRACE, PREFIX, Drivers, Place, here
from nas.study.ledger import LOOK, Ledger
from nas.study.storage import open_storage
from nas.study.ticket import Ticket

SCORE = Score(accuracy=0.5, loss=1.25, seconds=2.0, device="cpu", images_per_second=9.0)
FAILURE = Failure(kind="diverged", message="so", seconds=1.0, device="cpu")


@pytest.fixture(params=["sqlite", "journal"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A storage that processes share."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'study.db'}"
    return f"journal:{tmp_path / 'study.log'}"


def shared(storage: BaseStorage, **other: Any) -> Ledger:
    """A driver's ledger, with others beside it."""
    return ledger(storage, alone=False, **other)


def states(storage: BaseStorage) -> Counter[TrialState]:
    """How many trials stand how."""
    study = optuna.load_study(storage=storage, study_name="s")
    return Counter(trial.state for trial in study.get_trials(deepcopy=False))


def test_two_drivers_never_have_the_same_network_under_way() -> None:
    storage = InMemoryStorage()
    first, second = shared(storage), shared(storage)
    tickets = [driver.ask() for _ in range(20) for driver in (first, second)]
    keys = [ticket.evaluation.key for ticket in tickets if isinstance(ticket, Ticket)]
    assert len(keys) == len(set(keys)) == 40


def test_of_two_that_propose_the_same_at_once_the_second_withdraws() -> None:
    """Both samplers draw the same random numbers and know the same."""
    storage = InMemoryStorage()
    first, second = shared(storage), shared(storage)
    ours = first.ask()
    second._search.look = lambda: None  # type: ignore[method-assign]
    second._search.glance = lambda: None  # type: ignore[method-assign]
    theirs_before = second._proposals._shadow.ask().params
    assert isinstance(ours, Ticket)
    assert theirs_before == ours.evaluation.genome
    del second._search.look, second._search.glance  # type: ignore[method-assign]
    theirs = second.ask()
    assert isinstance(theirs, Ticket)
    assert theirs.evaluation.key != ours.evaluation.key


def test_together_they_begin_no_more_than_are_asked_for() -> None:
    storage = InMemoryStorage()
    first, second = shared(storage), shared(storage)
    begun = [driver.ask(most=5) for _ in range(4) for driver in (first, second)]
    assert sum(isinstance(ticket, Ticket) for ticket in begun) == 5
    assert begun[-1] == "wait"


def test_a_failure_elsewhere_makes_room_for_another_trial() -> None:
    storage = InMemoryStorage()
    first, second = shared(storage), shared(storage)
    ticket = first.ask(most=1)
    assert isinstance(ticket, Ticket)
    assert second.ask(most=1) == "wait"
    first.tell(ticket, FAILURE)
    assert isinstance(second.ask(most=1), Ticket)


def test_a_published_member_is_trained_by_one_of_them() -> None:
    storage = InMemoryStorage()
    first, second = shared(storage), shared(storage)
    ticket = first.ask()
    assert isinstance(ticket, Ticket)
    member = first.member(ticket.evaluation.genome)
    assert member is not None
    known: dict[str, Any] = {"role": "published", "label": "x", "replicate": 0}
    assert first.open_reference(member, **known) is not None
    assert second.open_reference(member, **known) is None
    assert second.open_reference(member, **(known | {"replicate": 1})) is not None


def test_what_another_driver_found_is_among_the_records_and_the_news() -> None:
    storage = InMemoryStorage()
    first, second = shared(storage), shared(storage)
    second.news()
    ticket = first.ask()
    assert isinstance(ticket, Ticket)
    first.tell(ticket, SCORE)
    assert [record.accuracy for record in second.records()] == [0.5]
    assert [record.key for record in second.news() if record.complete] == [ticket.evaluation.key]


def test_what_a_dead_driver_had_under_way_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    storage = InMemoryStorage()
    nobody = Place(machine=here().machine, process=2**22 + 1, start="0")  # beyond the kernel's
    with monkeypatch.context() as patched:
        patched.setattr(drivers, "here", lambda: nobody)
        dead = shared(storage)
    lost, living = dead.ask(), shared(storage)
    assert isinstance(lost, Ticket)
    assert living.recover() == 1
    again = living.ask()
    assert isinstance(again, Ticket)
    assert again.evaluation == lost.evaluation
    assert not dead.tell(lost, SCORE), "the trial is another's by now"
    living.tell(again, SCORE)
    assert states(storage) == {TrialState.FAIL: 2, TrialState.COMPLETE: 1}


def test_a_queued_trial_is_carried_out_by_one_of_those_who_see_it() -> None:
    storage = InMemoryStorage()
    first, second = shared(storage), shared(storage)
    study = optuna.load_study(storage=storage, study_name="s")
    study.enqueue_trial({"width": 4, "kernel": 1, "pool": "max", "mood": "well"})
    for driver in (first, second):
        driver._search.look()
    seen = second._search.queued()
    ours = first.ask()
    assert isinstance(ours, Ticket)
    assert ours.evaluation.genome["width"] == 4
    second._search.queued = lambda: seen  # type: ignore[method-assign]
    theirs = second._proposals.begin(second._known)
    assert theirs is None, "it withdraws"
    assert sum(trial.state == TrialState.RUNNING for trial in study.trials) == 1


def test_a_reference_that_was_cut_short_is_tried_by_whoever_is_left() -> None:
    storage, now = InMemoryStorage(), [0.0]
    first, second = shared(storage), shared(storage, clock=lambda: now[0])
    ticket = first.ask()
    assert isinstance(ticket, Ticket)
    member = first.member(ticket.evaluation.genome)
    assert member is not None
    plan = Reference(member=member, role="published", label="x", replicate=0)
    search = Campaign(second, trials=1, workers=1, references=[plan], replicates=False)
    assert first.open_reference(member, role="published", label="x", replicate=0) is not None
    assert search.next() is None
    assert not search.finished, "another driver is at it"
    begun = len(storage.get_all_trials(1))
    assert search.next() is None
    assert len(storage.get_all_trials(1)) == begun, "it is not claimed again and again"
    first.give_up()
    now[0] = 2 * LOOK
    again = search.next()
    assert again is not None
    search.done(again, SCORE)


def test_a_driver_that_has_ended_is_dead_at_once() -> None:
    storage = InMemoryStorage()
    first, second = shared(storage), shared(storage)
    assert isinstance(first.ask(), Ticket)
    first.drivers.close()
    assert second.recover() == 1


def test_a_living_driver_keeps_what_it_has_under_way() -> None:
    storage = InMemoryStorage()
    first, second = shared(storage), shared(storage)
    assert isinstance(first.ask(), Ticket)
    assert second.recover() == 0
    assert second.elsewhere == 1


def test_a_driver_elsewhere_is_dead_when_its_pulse_stands_still() -> None:
    storage, now = InMemoryStorage(), [0.0]
    opened = shared(storage)
    assert isinstance(opened.ask(), Ticket)
    study = optuna.load_study(storage=storage, study_name="s")
    theirs = PREFIX + opened.drivers.name
    elsewhere = {**asdict(here()), "machine": "another"}
    study.set_user_attr(theirs, {"beat": 1, "place": elsewhere})
    watching = Drivers(storage, study._study_id, alone=False, clock=lambda: now[0])
    (trial,) = study.trials
    assert not watching.dead()(trial)
    now[0] = GRACE + 1
    study.set_user_attr(theirs, {"beat": 2, "place": elsewhere})
    assert not watching.dead()(trial)
    now[0] = 2 * GRACE + 3
    assert watching.dead()(trial)


def test_a_process_number_used_again_is_another_process() -> None:
    assert here().is_alive()
    assert Place(here().machine, os.getpid(), "1").is_alive() is False
    assert Place("another", os.getpid(), here().start).is_alive() is None


def test_a_driver_alone_draws_as_without_a_database_and_one_beside_it_otherwise() -> None:
    storage = InMemoryStorage()
    first = shared(storage)
    assert first.drivers.salt == 0
    salt = shared(storage).drivers.salt
    assert salt != 0
    for name in ("tpe", "nsgaii", "gp"):  # whose generators take 32 bits
        make_sampler(name, region(), seed=2**31 + salt, known=7, objectives=OBJECTIVES)


def test_what_a_dead_driver_had_under_way_counts_where_all_else_was_tried() -> None:
    storage, now = InMemoryStorage(), [0.0]
    within = region(mood=("well",), pool=("max",), kernel=(1,))
    count = len(within.members or ())
    lost = shared(storage, within=within)
    assert isinstance(lost.ask(), Ticket)
    opened = shared(storage, within=within, clock=lambda: now[0])
    campaign = Campaign(opened, trials=count + 2, workers=1, replicates=False)
    while (ticket := campaign.next()) is not None:
        campaign.done(ticket, SCORE)
    assert states(storage)[TrialState.COMPLETE] == count - 1
    assert not campaign.finished
    lost.drivers.close()
    now[0] += 2 * LOOK
    ticket = campaign.next()
    assert ticket is not None
    campaign.done(ticket, SCORE)
    assert campaign.next() is None
    assert campaign.finished
    assert states(storage)[TrialState.COMPLETE] == count
    assert not states(storage)[TrialState.WAITING]


def _drive(url: str, wanted: int) -> None:
    """As a process of its own: instant trials until there are enough."""
    opened = shared(open_storage(url))
    seed = opened.drivers.salt
    opened.use(make_sampler("random", opened._region, seed=seed, known=0, objectives=()))
    while True:
        ticket = opened.ask(most=wanted)
        if isinstance(ticket, Ticket):
            opened.tell(ticket, SCORE)
        elif opened._search.complete >= wanted:
            return


@pytest.mark.slow  # as commands, they are started in test_search_drivers.py every time
def test_four_processes_share_the_trials_and_none_is_lost_or_double(url: str) -> None:
    wanted = 40
    ledger(open_storage(url))
    context = multiprocessing.get_context("spawn")
    crew = [context.Process(target=_drive, args=(url, wanted)) for _ in range(4)]
    for member in crew:
        member.start()
    for member in crew:
        member.join(timeout=120)
        assert member.exitcode == 0
    records = [record for record in ledger(open_storage(url)).records() if record.complete]
    assert len(records) == wanted
    assert len({record.key for record in records}) == wanted
    assert not states(open_storage(url))[TrialState.RUNNING]


def test_one_that_has_ended_and_that_nobody_has_asked_after_is_dead() -> None:
    """As in a container without a first process that does."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        place = Place(here().machine, process.pid, drivers._start(process.pid))
        assert place.is_alive()
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert place.is_alive() is False


def test_a_deterministic_search_draws_alike_whoever_drove_it_before() -> None:
    """Elsewhere, or before this machine was started anew, and killed."""
    storage = InMemoryStorage()
    study = optuna.create_study(storage=storage, study_name="s")
    elsewhere = {**asdict(here()), "machine": "another"}
    study.set_user_attr(f"{PREFIX}0", {"beat": 1, "place": elsewhere})
    ours = Drivers(storage, study._study_id, alone=False)
    ours._over.set()  # and so it waits for no beat
    assert sampler_seed(ours, 7, None) != 7
    assert sampler_seed(ours, 7, 8) == 7
