"""One search's two Optuna studies, the only truth: what the sampler sees, and what it must not."""

import warnings
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.samplers import BaseSampler, RandomSampler
from optuna.storages import BaseStorage
from optuna.study import Study
from optuna.trial import Trial, TrialState

from nas.core.errors import InputError
from nas.core.evaluation import Evaluation, Outcome, Score
from nas.core.fidelity import Fidelity
from nas.core.knob import Genome
from nas.core.objective import Objective
from nas.samplers.proposal import distributions, seen_keys
from nas.study.reading import REFERENCE, records_of
from nas.study.record import Record, Role
from nas.study.settings import Settings, differences
from nas.study.ticket import Ticket
from nas.study.unfinished import drop_unfinished, drop_unproposed, queue_again
from nas.windows import Member, Region

SETTINGS = "settings"  # user attribute of a study: what it was opened with


class Ledger:
    """Opens tickets, writes down outcomes, and reads both studies back as records.

    Published members and replicates lie in a study of their own, `NAME.reference`, so that no
    sampler can learn from them.
    """

    def __init__(
        self,
        storage: BaseStorage,
        name: str,
        *,
        region: Region,
        fidelity: Fidelity,
        objectives: Sequence[Objective],
        sampler: BaseSampler | None = None,
        seed: int = 0,
        settings: Settings | None = None,
    ) -> None:
        """Open both studies, or create them; InputError where they have other settings."""
        self._region = region
        self._fidelity = fidelity
        self._objectives = tuple(objectives)
        self._seed = seed
        self._settings = None if settings is None else settings.to_dict()
        self._search = self._open(storage, name, sampler or RandomSampler(seed=seed))
        self._reference = self._open(storage, name + REFERENCE, RandomSampler(seed=seed))

    def _open(self, storage: BaseStorage, name: str, sampler: BaseSampler) -> Study:
        study = optuna.create_study(
            storage=storage,
            study_name=name,
            sampler=sampler,
            directions=[objective.direction for objective in self._objectives],
            load_if_exists=True,
        )
        self._agree(study)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)  # since Optuna 3.2
            study.set_metric_names([objective.name for objective in self._objectives])
        return study

    def _agree(self, study: Study) -> None:
        """A storage may hold this name already, from a run in another folder."""
        if self._settings is None:
            return
        known = study.user_attrs.get(SETTINGS)
        if known is None:
            study.set_user_attr(SETTINGS, self._settings)
        elif differing := differences(known, self._settings):
            raise InputError(
                f"study {study.study_name} in this storage has other settings:"
                f" {'; '.join(differing)}; choose another --study"
            )

    def use(self, sampler: BaseSampler) -> None:
        """Let `sampler` propose from now on."""
        self._search.sampler = sampler

    def recover(self, *, killed: bool = True) -> int:
        """Queue again the trials that were left unfinished; how many those were.

        `killed`: the process ended without a word, perhaps because of what it trained.
        """
        again = queue_again(self._search, knobs=len(self._region.knobs), killed=killed)
        drop_unfinished(self._reference)
        return again

    def ask(self) -> Ticket | None:
        """A search ticket for a queued trial or an unseen member; None where no member is left."""
        while True:
            queued = self._search.get_trials(deepcopy=False, states=(TrialState.WAITING,))
            if not queued and not self._region.has_unseen(seen_keys(self._search, self._region)):
                return None
            try:
                trial = self._search.ask(distributions(self._region))
            except LookupError as error:
                if type(error) is not LookupError:  # a KeyError is a defect, not an answer
                    raise
                drop_unproposed(self._search)
                return None
            member = self._region.admit(trial.params)
            if isinstance(member, Member):
                return self._ticket(trial, member, "search", None, 0)
            # Somebody queued it by hand, outside the region.
            trial.set_user_attr("failure", f"refused: {member}")
            self._search.tell(trial, state=TrialState.FAIL)

    def open_reference(
        self, member: Member, *, role: Role, label: str | None, replicate: int
    ) -> Ticket:
        """A ticket for a published member or a replicate, unseen by the sampler."""
        self._reference.enqueue_trial(member.genome)
        trial = self._reference.ask(distributions(self._region))
        return self._ticket(trial, member, role, label, replicate)

    def _ticket(
        self, trial: Trial, member: Member, role: Role, label: str | None, replicate: int
    ) -> Ticket:
        evaluation = Evaluation(
            key=member.key,
            genome=dict(member.genome),
            fidelity=self._fidelity,
            replicate=replicate,
        )
        attributes: dict[str, Any] = {
            "key": member.key,
            "role": role,
            "label": label,
            "replicate": replicate,
            **asdict(member.cost),
            "seed": evaluation.seed(self._seed),  # last: with it the record is whole
        }
        for name, value in attributes.items():
            if value is not None:
                trial.set_user_attr(name, value)
        return Ticket(evaluation=evaluation, role=role, label=label, trial=trial, cost=member.cost)

    def tell(self, ticket: Ticket, outcome: Outcome) -> None:
        """Write an outcome down; attributes first, so that a finished trial is always whole."""
        trial = ticket.trial
        study = self._search if ticket.role == "search" else self._reference
        details = {
            name: value
            for name, value in asdict(outcome).items()
            if name not in ("kind", "message")
        }
        for name, value in details.items():
            trial.set_user_attr(name, value)
        if isinstance(outcome, Score):
            known = {"accuracy": outcome.accuracy, **asdict(ticket.cost)}
            study.tell(trial, [known[objective.name] for objective in self._objectives])
        else:
            trial.set_user_attr("failure", f"{outcome.kind}: {outcome.message}")
            study.tell(trial, state=TrialState.FAIL)

    def member(self, genome: Genome) -> Member | None:
        """The region's member of that genome; None if it is none."""
        found = self._region.admit(genome)
        return found if isinstance(found, Member) else None

    def records(self) -> list[Record]:
        """Every evaluation but those cut short, in the order they were asked for."""
        return records_of(self._search, self._reference)
