"""What a search starts next, and when it is over, with a ledger that only remembers."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from nas.core.cost import Cost
from nas.core.evaluation import Evaluation, Failure, Outcome, Score
from nas.core.fidelity import Fidelity
from nas.study.campaign import NOISE_KEYS, Campaign, Reference
from nas.study.record import Record
from nas.study.ticket import Ticket
from nas.windows import Member

COST = Cost(params=1, macs=1, flops=1)
FAILURE = Failure(kind="diverged", message="not a number", seconds=1.0, device="cpu")


def score(accuracy: float = 0.5) -> Score:
    """A training of two seconds."""
    return Score(accuracy=accuracy, loss=1.0, seconds=2.0, device="cpu", images_per_second=9.0)


def member(key: str) -> Member:
    """The network of that key."""
    return Member({"knob": key}, key, COST)


def published(key: str, replicate: int = 0) -> Reference:
    """A published network, by its key."""
    return Reference(member=member(key), role="published", label=key.upper(), replicate=replicate)


@dataclass
class Memory:
    """A ledger of the keys that it proposes in turn, and of what it was told."""

    keys: list[str]
    untold: list[Record] = field(default_factory=list)
    told: list[tuple[str, str, int, Outcome]] = field(default_factory=list)
    elsewhere: int = 0
    queued: bool = False
    kept: list[Record] = field(default_factory=list)
    numbers: Counter[str] = field(default_factory=Counter)

    def news(self) -> list[Record]:
        """What was known at the start, then what it was told."""
        news, self.untold = self.untold, []
        self.kept += news
        return news

    def first(self, most: int) -> list[Record]:
        """As they were told."""
        return [one for one in self.kept if one.role == "search"][:most]

    def beside(self) -> list[Record]:
        """References that have begun: here, those that were known or told."""
        return [one for one in self.kept if one.role != "search"]

    def ask(self, *, most: int) -> Ticket | str:
        """The next key."""
        if not self.keys:
            return "exhausted"
        return self._ticket(self.keys.pop(0), "search", None, 0)

    def open_reference(
        self, member: Member, *, role: Any, label: Any, replicate: int
    ) -> Ticket | None:
        """The one that is asked for."""
        return self._ticket(member.key, role, label, replicate)

    def member(self, genome: Any) -> Member:
        """By the only knob."""
        return member(str(genome["knob"]))

    def tell(self, ticket: Ticket, outcome: Outcome) -> None:
        """Remember."""
        key, replicate = ticket.evaluation.key, ticket.evaluation.replicate
        self.told.append((ticket.role, key, replicate, outcome))
        known: dict[str, Any] = {"role": ticket.role, "label": ticket.label}
        known |= {"replicate": replicate, "number": ticket.trial.number}
        if isinstance(outcome, Score):
            known |= {"accuracy": outcome.accuracy, "loss": outcome.loss}
        else:
            known |= {"state": "FAIL", "accuracy": None, "failure": f"{outcome.kind}: so"}
        known |= {"seconds": outcome.seconds, "images_per_second": 9.0}
        self.untold.append(record(key, **known))

    def _ticket(self, key: str, role: Any, label: Any, replicate: int) -> Ticket:
        evaluation = Evaluation(
            key=key,
            genome={"knob": key},
            fidelity=Fidelity(epochs=1, resolution=8),
            replicate=replicate,
        )
        beside = "search" if role == "search" else "reference"  # two studies, each with its numbers
        trial: Any = SimpleNamespace(number=self.numbers[beside])
        self.numbers[beside] += 1
        return Ticket(evaluation=evaluation, role=role, label=label, trial=trial, cost=COST)


def record(key: str, **other: Any) -> Record:
    """A complete trial of the search, unless said otherwise."""
    values: dict[str, Any] = {
        **{"number": 0, "key": key, "role": "search", "label": None, "state": "COMPLETE"},
        **{"replicate": 0, "seed": 1, "genome": {"knob": key}, "params": 1, "macs": 1, "flops": 1},
        **{"accuracy": 0.25, "loss": 1.0, "seconds": 1.0, "device": "cpu"},
    }
    return Record(**{**values, **other})


def campaign(memory: Memory, *, trials: int, **other: Any) -> Campaign:
    """One worker and no replicates, unless said otherwise."""
    ledger: Any = memory
    return Campaign(ledger, **{"trials": trials, "workers": 1, "replicates": False, **other})


def trained(under_way: Campaign, outcome: Outcome | None = None) -> Iterator[tuple[str, str, int]]:
    """Role, key and replicate of each evaluation that is really carried out."""
    while (ticket := under_way.next()) is not None:
        under_way.done(ticket, outcome or score())
        yield ticket.role, ticket.evaluation.key, ticket.evaluation.replicate


def test_it_starts_as_many_trials_as_are_asked_for_and_no_more() -> None:
    search = campaign(Memory(list("abcdef")), trials=3)
    assert [key for _, key, _ in trained(search)] == ["a", "b", "c"]
    assert search.finished
    assert not search.exhausted


def test_complete_trials_of_an_earlier_run_count() -> None:
    search = campaign(Memory(list("cdef"), [record("a"), record("b")]), trials=3)
    assert [key for _, key, _ in trained(search)] == ["c"]


def test_failures_are_replaced_up_to_as_many_again() -> None:
    search = campaign(Memory(list("abcdefghij")), trials=3)
    assert len(list(trained(search, FAILURE))) == 6
    assert search.finished
    assert search.failures == {"diverged": 6}
    assert search.progress.failed == 6


def test_failures_beside_the_search_are_counted_apart() -> None:
    search = campaign(Memory(["a"]), trials=1, references=[published("x"), published("x", 1)])
    while (ticket := search.next()) is not None:
        search.done(ticket, FAILURE if ticket.evaluation.key == "x" else score())
    assert search.failures == {"diverged (published)": 2}
    assert search.progress.failed == 0


def test_failures_of_an_earlier_run_count_towards_that() -> None:
    failed = record("a", state="FAIL", accuracy=None, failure="worker-died: gone")
    search = campaign(Memory(list("bcdef"), [failed]), trials=1)
    assert len(list(trained(search, FAILURE))) == 1
    assert search.failures == {"worker-died": 1, "diverged": 1}


def test_a_space_that_runs_out_ends_the_search_well() -> None:
    search = campaign(Memory(["a", "b"]), trials=5)
    assert len(list(trained(search))) == 2
    assert search.exhausted
    assert search.finished


def test_no_more_run_than_there_are_workers() -> None:
    search = campaign(Memory(list("abcdef")), trials=6, workers=2)
    first, second = search.next(), search.next()
    assert first is not None
    assert second is not None
    assert search.next() is None
    assert not search.finished
    assert search.progress.running == 2
    search.done(first, score())
    assert search.next() is not None


def test_running_trials_count_towards_the_number_asked_for() -> None:
    search = campaign(Memory(list("abcdef")), trials=1, workers=4)
    assert search.next() is not None
    assert search.next() is None


def test_published_members_take_every_fourth_turn_and_then_the_rest() -> None:
    search = campaign(Memory(list("abcd")), trials=4, references=[published(key) for key in "xyz"])
    roles = [role for role, _, _ in trained(search)]
    assert roles == ["search"] * 3 + ["published"] + ["search"] + ["published"] * 2


def test_the_first_trials_are_trained_twice_and_not_the_best_ones() -> None:
    search = campaign(Memory(list("abcdef")), trials=6, replicates=True)
    repeated = [key for role, key, number in trained(search) if (role, number) == ("replicate", 1)]
    assert repeated == list("abcdef")[:NOISE_KEYS]


def test_a_published_member_that_the_search_has_trained_takes_its_score() -> None:
    memory = Memory(["x", "a"])
    search = campaign(memory, trials=2, references=[published("x")])
    assert ("published", "x", 0) not in list(trained(search))
    assert ("published", "x", 0, score()) in memory.told
    assert search.progress.references_done == 1


def test_a_trial_that_was_trained_as_a_published_member_takes_its_score() -> None:
    known = record("x", role="published", label="X")
    memory = Memory(["x", "a"], [known])
    search = campaign(memory, trials=2, references=[published("x")])
    assert list(trained(search)) == [("search", "a", 0)]
    assert memory.told[0][:3] == ("search", "x", 0)
    outcome = memory.told[0][3]
    assert isinstance(outcome, Score)
    assert outcome.accuracy == known.accuracy


def test_a_trial_that_is_being_trained_as_a_published_member_waits_for_it() -> None:
    memory = Memory(["x", "x", "a"])
    search = campaign(memory, trials=3, workers=3)
    leader, other = search.next(), search.next()
    assert leader is not None
    assert other is not None
    assert (leader.evaluation.key, other.evaluation.key) == ("x", "a")
    search.done(leader, score(0.75))
    assert [(key, outcome) for _, key, _, outcome in memory.told] == [("x", score(0.75))] * 2
    search.done(other, score())
    assert search.finished
    assert search.progress.complete == 3


def test_another_replicate_is_another_evaluation() -> None:
    search = campaign(Memory(["x"]), trials=1, references=[published("x", 0), published("x", 1)])
    assert list(trained(search)) == [("search", "x", 0), ("published", "x", 1)]


def test_after_its_minutes_nothing_new_starts_and_what_runs_still_ends() -> None:
    now = [0.0]
    search = campaign(
        Memory(list("abcdef")),
        trials=6,
        minutes=1.0,
        references=[published("x")],
        clock=lambda: now[0],
    )
    ticket = search.next()
    assert ticket is not None
    now[0] = 60.0
    assert search.out_of_time
    assert not search.finished
    search.done(ticket, score())
    assert search.next() is None
    assert search.finished


def test_the_time_left_follows_from_the_mean_pace() -> None:
    search = campaign(Memory(list("abcdef")), trials=5, workers=2)
    assert search.progress.seconds_left is None
    ticket = search.next()
    assert ticket is not None
    search.done(ticket, score())
    assert search.progress.seconds_left == pytest.approx(2.0 * 4 / 2)
