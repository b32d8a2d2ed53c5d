"""What a search starts next and when it is over: trials as many as asked for, references between.

No evaluation is paid for twice: where a published member and a trial of the search are the same
one, the second to come takes the outcome of the first. Other drivers of the study count: all that
is known comes from the ledger.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from nas.core.evaluation import Evaluation, Outcome, Score
from nas.study.ledger import Ledger
from nas.study.record import Record, Role
from nas.study.ticket import Ticket
from nas.windows import Member

REFERENCE_EVERY = 4  # after so many trials one reference, so that an early stop has both
# So many networks are trained with two seeds, published ones among them; the others are the first
# trials: chosen before anything is known of them, for the noise to be unbiased.
NOISE_KEYS = 5

_Identity = tuple[str, int]  # key and replicate; a study has one fidelity


@dataclass(frozen=True, kw_only=True)
class Reference:
    """An evaluation beside the search: a published member, or a trial again with another seed."""

    member: Member
    role: Role
    label: str | None
    replicate: int

    @property
    def identity(self) -> tuple[str | None, str, int]:
        """What no two of a study share."""
        return self.label, self.member.key, self.replicate


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
        tries: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ledger = ledger
        self._trials = trials
        self._tries = 2 * trials if tries is None else tries
        self._workers = workers
        self._plans = list(references)
        self._replicates = replicates
        self._clock = clock
        self._deadline = None if minutes is None else clock() + 60 * minutes
        self._under_way: dict[_Identity, Ticket] = {}
        self._followers: dict[_Identity, list[Ticket]] = {}
        self._scores: dict[_Identity, Score] = {}
        self._repeated: set[str] = set()
        self._published_twice = sum(plan.replicate == 1 for plan in references)
        self._seconds = self._timed = 0.0
        self._complete = self._failed = 0
        self._issued = 0
        self.exhausted = False
        self.failures: Counter[str] = Counter()
        self._catch_up()

    def _catch_up(self) -> None:
        """Take in what has begun and ended, here and in other drivers."""
        for record in self._ledger.news():
            if record.ended and not record.complete:
                kind = (record.failure or "unknown").partition(":")[0]
                self.failures[kind if record.role == "search" else f"{kind} ({record.role})"] += 1
            if record.complete:
                self._scores[record.key, record.replicate] = _score(record)
            if record.role == "search":
                self._count(record)
            elif record.replicate:
                self._repeated.add(record.key)
        if self._replicates:
            self._plan_replicates()

    @property
    def _planned(self) -> list[Reference]:
        """References that no driver has begun; one that was cut short is among them again."""
        begun = {(one.label, one.key, one.replicate) for one in self._ledger.beside()}
        return [plan for plan in self._plans if plan.identity not in begun]

    def _count(self, record: Record) -> None:
        if record.complete:
            self._complete += 1
        elif record.ended:
            self._failed += 1

    def _plan_replicates(self) -> None:
        """Train the first trials again, so many as published members leave room for."""
        for record in self._ledger.first(max(0, NOISE_KEYS - self._published_twice)):
            if not record.complete or record.key in self._repeated:
                continue
            self._repeated.add(record.key)
            if member := self._ledger.member(record.genome):
                self._plans.append(
                    Reference(member=member, role="replicate", label=None, replicate=1)
                )

    def next(self) -> Ticket | None:
        """The evaluation to start now; None if none may start at present."""
        self._catch_up()
        while len(self._under_way) < self._workers and not self.out_of_time:
            ticket = self._open()
            if ticket is None:
                return None
            self._issued += 1
            identity = _identity(ticket.evaluation)
            if identity in self._scores:
                self._ledger.tell(ticket, self._scores[identity])
                self._catch_up()
            elif identity in self._under_way:
                self._followers.setdefault(identity, []).append(ticket)
            else:
                self._under_way[identity] = ticket
                return ticket
        return None

    def _open(self) -> Ticket | None:
        """A trial of the search, or from time to time a reference; None where neither is wanted."""
        turn = self._issued % REFERENCE_EVERY == REFERENCE_EVERY - 1
        ticket = self._open_reference() if turn else self._open_trial()
        if ticket is None:
            ticket = self._open_trial() if turn else self._open_reference()
        return ticket

    def _open_trial(self) -> Ticket | None:
        if not self._wants_trial:
            return None
        ticket = self._ledger.ask(most=self._trials)
        if isinstance(ticket, Ticket):
            return ticket
        self.exhausted = ticket == "exhausted"
        return None

    def _open_reference(self) -> Ticket | None:
        """The next that no other driver has begun."""
        for plan in self._planned:
            ticket = self._ledger.open_reference(
                plan.member, role=plan.role, label=plan.label, replicate=plan.replicate
            )
            if ticket is not None:
                return ticket
        return None

    def done(self, ticket: Ticket, outcome: Outcome) -> None:
        """Write an outcome down; it counts only from then on."""
        identity = _identity(ticket.evaluation)
        self._ledger.tell(ticket, outcome)
        del self._under_way[identity]
        self._seconds += outcome.seconds
        self._timed += 1
        for follower in self._followers.pop(identity, ()):
            self._ledger.tell(follower, outcome)
        self._catch_up()

    @property
    def finished(self) -> bool:
        """Nothing under way, here or where it counts, and nothing more to start."""
        if self._under_way:
            return False
        if self.out_of_time:
            return True
        self._catch_up()
        awaited = self._complete < self._trials and self._ledger.elsewhere
        beside = any(not record.ended for record in self._ledger.beside())
        return not (awaited or beside or self._wants_trial or self._planned)

    @property
    def out_of_time(self) -> bool:
        """Whether the minutes allowed are over; what is under way still ends."""
        return self._deadline is not None and self._clock() >= self._deadline

    @property
    def _wants_trial(self) -> bool:
        """Failures are replaced, up to as many again as were asked for or as `tries` says."""
        running = sum(ticket.role == "search" for ticket in self._waiting())
        running += self._ledger.elsewhere
        return (
            (not self.exhausted or self._ledger.queued)
            and self._complete + running < self._trials
            and self._complete + running + self._failed < self._tries
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
        pace = self._seconds / self._timed if self._timed else None
        return Progress(
            asked=self._trials,
            complete=self._complete,
            running=len(self._under_way),
            failed=self._failed,
            references_done=sum(record.ended for record in self._ledger.beside()),
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
        parts=record.parts or 1,
        threads=record.threads,
    )
