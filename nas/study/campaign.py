"""What a search starts next and when it is over: trials as many as asked for, references between.

No evaluation is paid for twice: where a published member and a trial of the search are the same
one, the second to come takes the outcome of the first.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from nas.core.evaluation import Evaluation, Outcome, Score
from nas.core.knob import Genome
from nas.study.ledger import Ledger
from nas.study.record import Record, Role
from nas.study.ticket import Ticket
from nas.windows import Member

REFERENCE_EVERY = 4  # after so many trials one reference, so that an early stop has both
# So many networks are trained with two seeds, published ones among them; the others are the trials
# 0, 1, ...: chosen by number, before anything is known of them, for the noise to be unbiased.
NOISE_KEYS = 5

_Identity = tuple[str, int]  # key and replicate; a study has one fidelity


@dataclass(frozen=True, kw_only=True)
class Reference:
    """An evaluation beside the search: a published member, or a trial again with another seed."""

    member: Member
    role: Role
    label: str | None
    replicate: int


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Where the search stands, in trials."""

    asked: int
    complete: int
    running: int
    failed: int
    references_done: int
    references_left: int
    seconds_left: float | None


class Campaign:
    """Hands out tickets, at most `workers` at a time, and passes their outcomes to the ledger."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        trials: int,
        workers: int,
        references: Sequence[Reference] = (),
        replicates: bool = True,
        minutes: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ledger = ledger
        self._trials = trials
        self._workers = workers
        self._planned = list(references)
        self._replicates = replicates
        self._clock = clock
        self._deadline = None if minutes is None else clock() + 60 * minutes
        self._under_way: dict[_Identity, Ticket] = {}
        self._followers: dict[_Identity, list[Ticket]] = {}
        self._scores: dict[_Identity, Score] = {}
        self._seconds: list[float] = []
        self._issued = 0
        self.exhausted = False
        self.failures: Counter[str] = Counter()
        self._recount(ledger.records())

    def _recount(self, records: Sequence[Record]) -> None:
        search = [record for record in records if record.role == "search"]
        self._complete = sum(record.complete for record in search)
        self._failed = sum(record.state == "FAIL" for record in search)
        self.failures.update(
            (record.failure or "unknown").partition(":")[0]
            for record in search
            if record.state == "FAIL"
        )
        self._scores = {
            (record.key, record.replicate): _score(record) for record in records if record.complete
        }
        beside = [record for record in records if record.role != "search"]
        self._published_twice = sum(plan.replicate == 1 for plan in self._planned)
        self._repeated = {record.key for record in beside if record.replicate}
        self._references_done = len(beside)
        known = {(record.label, record.key, record.replicate) for record in beside}
        self._planned = [
            plan
            for plan in self._planned
            if (plan.label, plan.member.key, plan.replicate) not in known
        ]
        for record in search:
            if record.complete:
                self._plan_replicate(record.key, record.genome, record.number)

    def _plan_replicate(self, key: str, genome: Genome, number: int) -> None:
        """Train one of the first trials again, so many as published members leave room for."""
        first = number < NOISE_KEYS - self._published_twice
        if not self._replicates or key in self._repeated or not first:
            return
        self._repeated.add(key)
        member = self._ledger.member(genome)
        if member is not None:
            self._planned.append(
                Reference(member=member, role="replicate", label=None, replicate=1)
            )

    def next(self) -> Ticket | None:
        """The evaluation to start now; None if none may start at present."""
        while len(self._under_way) < self._workers and not self.out_of_time:
            ticket = self._open()
            if ticket is None:
                return None
            self._issued += 1
            identity = _identity(ticket.evaluation)
            if identity in self._scores:
                self._write(ticket, self._scores[identity])
            elif identity in self._under_way:
                self._followers.setdefault(identity, []).append(ticket)
            else:
                self._under_way[identity] = ticket
                return ticket
        return None

    def _open(self) -> Ticket | None:
        """A trial of the search, or from time to time a reference; None where neither is wanted."""
        if self._planned and (
            not self._wants_trial or self._issued % REFERENCE_EVERY == REFERENCE_EVERY - 1
        ):
            plan = self._planned.pop(0)
            return self._ledger.open_reference(
                plan.member, role=plan.role, label=plan.label, replicate=plan.replicate
            )
        if not self._wants_trial:
            return None
        ticket = self._ledger.ask()
        if ticket is None:
            self.exhausted = True
            return self._open()
        return ticket

    def done(self, ticket: Ticket, outcome: Outcome) -> None:
        """Write an outcome down; it counts only from then on."""
        identity = _identity(ticket.evaluation)
        self._write(ticket, outcome)
        del self._under_way[identity]
        self._seconds.append(outcome.seconds)
        for follower in self._followers.pop(identity, ()):
            self._write(follower, outcome)

    def _write(self, ticket: Ticket, outcome: Outcome) -> None:
        self._ledger.tell(ticket, outcome)
        if isinstance(outcome, Score):
            self._scores[_identity(ticket.evaluation)] = outcome
        if ticket.role != "search":
            self._references_done += 1
        elif isinstance(outcome, Score):
            self._complete += 1
            self._plan_replicate(
                ticket.evaluation.key, ticket.evaluation.genome, ticket.trial.number
            )
        else:
            self._failed += 1
            self.failures[outcome.kind] += 1

    @property
    def finished(self) -> bool:
        """Nothing under way, and nothing more to start."""
        idle = not self._under_way
        return idle and (self.out_of_time or not (self._wants_trial or self._planned))

    @property
    def out_of_time(self) -> bool:
        """Whether the minutes allowed are over; what is under way still ends."""
        return self._deadline is not None and self._clock() >= self._deadline

    @property
    def _wants_trial(self) -> bool:
        """Failures are replaced, up to as many again as were asked for."""
        running = sum(ticket.role == "search" for ticket in self._waiting())
        return (
            not self.exhausted
            and self._complete + running < self._trials
            and self._complete + running + self._failed < 2 * self._trials
        )

    def _waiting(self) -> Iterator[Ticket]:
        """Every ticket without an outcome."""
        yield from self._under_way.values()
        for followers in self._followers.values():
            yield from followers

    @property
    def progress(self) -> Progress:
        """Counts, and the time left at the mean pace so far."""
        left = max(0, self._trials - self._complete) + len(self._planned)
        pace = sum(self._seconds) / len(self._seconds) if self._seconds else None
        return Progress(
            asked=self._trials,
            complete=self._complete,
            running=len(self._under_way),
            failed=self._failed,
            references_done=self._references_done,
            references_left=len(self._planned),
            seconds_left=None if pace is None else pace * left / self._workers,
        )


def _identity(evaluation: Evaluation) -> _Identity:
    return evaluation.key, evaluation.replicate


def _score(record: Record) -> Score:
    """The outcome that a complete record came from."""
    return Score(
        accuracy=record.accuracy or 0.0,
        loss=record.loss or 0.0,
        seconds=record.seconds or 0.0,
        device=record.device or "unknown",
        images_per_second=record.images_per_second or 0.0,
        peak_memory_bytes=record.peak_memory_bytes or 0,
        compile_seconds=record.compile_seconds or 0.0,
    )
