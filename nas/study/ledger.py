"""One search's two Optuna studies, the only truth: what the sampler sees, and what it must not."""

import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any

from optuna.samplers import BaseSampler
from optuna.storages import BaseStorage

from nas.core.evaluation import Evaluation, Outcome, Score
from nas.core.fidelity import Fidelity
from nas.core.knob import Genome
from nas.core.objective import Objective
from nas.samplers.proposal import KEY, distributions
from nas.study.book import FAILURE, OUTCOME, Book, Claim
from nas.study.drivers import Drivers
from nas.study.opening import open_study
from nas.study.proposals import Begun, Pause, Proposals
from nas.study.reading import REFERENCE, record_of
from nas.study.record import Record, Role
from nas.study.ticket import Ticket
from nas.study.unfinished import cut_short, queue_again
from nas.windows import Member, Region

LOOK = 1.0  # seconds, at least, between two looks at what other drivers have left unfinished


class Ledger:
    """Opens tickets, writes down outcomes, and reads both studies back as records.

    Published members and replicates lie in a study of their own, `NAME.reference`, so that no
    sampler can learn from them. `alone`: a lock keeps other drivers out. `lag`: see `proposals`.
    """

    def __init__(
        self,
        storage: BaseStorage,
        name: str,
        *,
        region: Region,
        fidelity: Fidelity,
        objectives: Sequence[Objective],
        seed: int = 0,
        settings: dict[str, Any] | None = None,
        alone: bool = True,
        lag: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Open both studies, or create them; InputError where they have other settings."""
        self._region = region
        self._fidelity = fidelity
        self._objectives = tuple(objectives)
        self._seed = seed
        self._clock = clock
        self._looked = -LOOK
        directions = [objective.direction for objective in objectives]
        search, reference = (
            open_study(
                storage, name + ending, objectives=objectives, settings=settings, alone=alone
            )
            for ending in ("", REFERENCE)
        )
        self._drivers = Drivers(storage, search._study_id, alone=alone, clock=clock)
        self._search, self._reference = (
            Book(
                study._storage,
                study._study_id,
                driver=self._drivers.name,
                identity=identity,
                alone=alone,
            )
            for study, identity in ((search, _key), (reference, _reference))
        )
        self._lag = lag
        self._proposals = Proposals(self._search, region, directions=directions, lag=lag)
        self._records: tuple[dict[int, Record], dict[int, Record]] = ({}, {})
        self._placed: dict[int, Record] = {}  # by position
        self._news: list[Record] = []

    @property
    def drivers(self) -> Drivers:
        """Who drives the search."""
        return self._drivers

    def use(self, sampler: BaseSampler) -> None:
        """Let `sampler` propose from now on."""
        self._read()
        self._proposals.use(sampler)

    def recover(self, *, killed: bool = True) -> int:
        """Queue again what dead drivers left unfinished; how many trials those were.

        `killed`: they ended without a word, perhaps because of what they trained.
        """
        for book in (self._search, self._reference):
            book.look()
        dead = self._drivers.dead()
        again = queue_again(self._search, dead, knobs=len(self._region.knobs), killed=killed)
        cut_short(self._reference, dead, killed=killed)  # what lacks is asked for anew
        self._read()
        return again

    def give_up(self) -> None:
        """Queue again what this driver has under way: there is something after Ctrl-C alone."""
        for book in (self._search, self._reference):
            book.look()
        mine = self._drivers.mine
        queue_again(self._search, mine, knobs=len(self._region.knobs), killed=False)
        cut_short(self._reference, mine, killed=False)
        self._read()

    def ask(self, *, most: int | None = None) -> Ticket | Pause:
        """A search ticket for a queued trial or an unseen member.

        "exhausted" where no member is left; "wait" where an earlier trial must end first.
        `most`: no more than so many are to be complete or under way, in all drivers together.
        """
        while True:
            self._search.glance()
            self._note()
            if most is not None and self._search.complete + len(self._search.running) >= most:
                return "wait"
            begun = self._proposals.begin(self._known, most=most)
            if isinstance(begun, Begun):
                return self._ticket(begun, "search", None, 0)
            if begun is not None:
                return begun

    def open_reference(
        self, member: Member, *, role: Role, label: str | None, replicate: int
    ) -> Ticket | None:
        """A ticket for a published member or a replicate, unseen by the sampler.

        None where another driver has it.
        """
        claim = Claim(
            params=member.genome,
            distributions=distributions(self._region),
            user=self._known(member, role, label, replicate),
            system={},
        )
        trial = self._reference.claim(claim)
        self._note()
        if trial is None:
            return None
        return self._ticket(Begun(trial=trial, member=member), role, label, replicate)

    def _known(
        self, member: Member, role: Role = "search", label: str | None = None, replicate: int = 0
    ) -> dict[str, Any]:
        """All that is known before an evaluation begins."""
        known = {
            KEY: member.key,
            "role": role,
            "label": label,
            "replicate": replicate,
            **asdict(member.cost),
            "seed": self._evaluation(member, replicate).seed(self._seed),
        }
        return {name: value for name, value in known.items() if value is not None}

    def _evaluation(self, member: Member, replicate: int) -> Evaluation:
        return Evaluation(
            key=member.key,
            genome=dict(member.genome),
            fidelity=self._fidelity,
            replicate=replicate,
        )

    def _ticket(self, begun: Begun, role: Role, label: str | None, replicate: int) -> Ticket:
        return Ticket(
            evaluation=self._evaluation(begun.member, replicate),
            role=role,
            label=label,
            trial=begun.trial,
            cost=begun.member.cost,
        )

    def tell(self, ticket: Ticket, outcome: Outcome) -> bool:
        """Write an outcome down; False where another driver took the trial for dead and has it."""
        book = self._search if ticket.role == "search" else self._reference
        known = {"accuracy": getattr(outcome, "accuracy", None), **asdict(ticket.cost)}
        measured = asdict(outcome)
        if isinstance(outcome, Score):
            values = [known[objective.name] for objective in self._objectives]
            told = book.end(ticket.trial, {OUTCOME: measured}, values)
        else:
            failure = f"{measured.pop('kind')}: {measured.pop('message')}"
            told = book.end(ticket.trial, {OUTCOME: measured, FAILURE: failure})
        self._note()
        return told

    def member(self, genome: Genome) -> Member | None:
        """The region's member of that genome; None if it is none."""
        found = self._region.admit(genome)
        return found if isinstance(found, Member) else None

    def records(self) -> list[Record]:
        """Every evaluation but those cut short: the search's, then those beside it, by number."""
        self._read()
        return [kept[number] for kept in self._records for number in sorted(kept)]

    def first(self, most: int) -> list[Record]:
        """The first trials of the search: by position where they have one, else by number."""
        if self._lag is None:
            return list(islice(self._records[0].values(), most))  # kept as they began
        return [self._placed[place] for place in range(most) if place in self._placed]

    def beside(self) -> list[Record]:
        """Published members and replicates that are under way or have ended, in any driver."""
        return list(self._records[1].values())

    def news(self) -> list[Record]:
        """Evaluations that have begun or ended since the last call, in whichever driver."""
        if not self._drivers.alone and self._clock() - self._looked > LOOK:
            self._looked = self._clock()
            self.recover()
        news, self._news = self._news, []
        return news

    @property
    def elsewhere(self) -> int:
        """How many trials of the search are under way in other drivers."""
        return self._search.elsewhere

    @property
    def queued(self) -> bool:
        """Whether a trial of the search waits, such as one that a dead driver had under way."""
        return bool(self._search.queued())

    def _read(self) -> None:
        self._search.glance()
        self._reference.glance()
        self._note()

    def _note(self) -> None:
        """Pass on what has changed."""
        changed = self._search.news()
        self._proposals.seen(changed)
        roles: tuple[Role, Role] = ("search", "replicate")
        every = (changed, self._reference.news())
        for kept, trials, role in zip(self._records, every, roles, strict=True):
            for trial in trials:
                record = record_of(trial, role)
                if record is None:
                    kept.pop(trial.number, None)
                else:
                    kept[trial.number] = record
                    self._news.append(record)
                    if role == "search" and record.position is not None:
                        self._placed[record.position] = record


def _key(noted: Mapping[str, Any]) -> Hashable | None:
    return noted.get(KEY)


def _reference(noted: Mapping[str, Any]) -> Hashable | None:
    names = ("label", KEY, "replicate")
    return None if KEY not in noted else tuple(noted.get(name) for name in names)
