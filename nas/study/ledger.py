"""One search's two Optuna studies, the only truth: what the sampler sees, and what it must not."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.samplers import BaseSampler, RandomSampler
from optuna.storages import BaseStorage
from optuna.study import Study
from optuna.trial import FrozenTrial, Trial, TrialState

from nas.core.cost import Cost
from nas.core.errors import InputError
from nas.core.evaluation import Evaluation, Outcome, Score
from nas.core.fidelity import Fidelity
from nas.core.knob import Genome
from nas.core.objective import Objective
from nas.core.space import key_of
from nas.samplers.proposal import distributions, seen_keys
from nas.study.record import Record, Role
from nas.study.settings import Settings, differences
from nas.windows import Member, Region

INTERRUPTED = "interrupted"
KILLED = "killed"  # user attribute of a trial: it was under way when the process was killed
ATTEMPTS = 3  # at a training that ends the process itself, as one in this process may
REFERENCE = ".reference"  # suffix of the second study's name
SETTINGS = "settings"  # user attribute of a study: what it was opened with


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """An evaluation that is under way, and the trial that waits for it."""

    evaluation: Evaluation
    role: Role
    label: str | None
    trial: Trial
    cost: Cost

    @property
    def name(self) -> str:
        """Which trial it is, as a person reads it."""
        return (
            self.label or f"{'trial' if self.role == 'search' else self.role} {self.trial.number}"
        )


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

        `killed`: the process ended without a word. A training that was under way each of
        `ATTEMPTS` times is taken for the cause, and fails.
        """
        again = []
        for trial in self._search.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            if killed and self._times_killed(trial) + 1 >= ATTEMPTS:
                _end(self._search, trial, f"worker-died: with the search, {ATTEMPTS} times")
                continue
            _end(self._search, trial, INTERRUPTED, killed=killed)
            if len(trial.params) == len(self._region.knobs):
                again.append(trial)
        for trial in again:
            self._search.enqueue_trial(trial.params, user_attrs={"key": _key(trial)})
        # What the references still lack is asked for anew, so none may wait from last time.
        unfinished = (TrialState.RUNNING, TrialState.WAITING)
        for trial in self._reference.get_trials(deepcopy=False, states=unfinished):
            _end(self._reference, trial, INTERRUPTED)
        return len(again)

    def _times_killed(self, trial: FrozenTrial) -> int:
        """How often an earlier attempt at the same network ended with the process."""
        return sum(
            other.user_attrs.get(KILLED, False) and _key(other) == _key(trial)
            for other in self._search.get_trials(deepcopy=False, states=(TrialState.FAIL,))
        )

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
                self._drop_unproposed()
                return None
            member = self._region.admit(trial.params)
            if isinstance(member, Member):
                return self._ticket(trial, member, "search", None, 0)
            # Somebody queued it by hand, outside the region.
            trial.set_user_attr("failure", f"refused: {member}")
            self._search.tell(trial, state=TrialState.FAIL)

    def _drop_unproposed(self) -> None:
        """A sampler that found nothing leaves a running trial without a genome behind."""
        for trial in self._search.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            if not trial.params:
                _end(self._search, trial, INTERRUPTED)

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
        return [*_records(self._search, "search"), *_records(self._reference, "replicate")]


def read_records(storage: BaseStorage, name: str) -> list[Record]:
    """The same of a finished or running search, for who only looks; InputError if there is none."""
    try:
        studies = [optuna.load_study(storage=storage, study_name=name + end) for end in _SUFFIXES]
    except KeyError as error:
        raise InputError(f"no study named {name} in this storage") from error
    return [*_records(studies[0], "search"), *_records(studies[1], "replicate")]


_SUFFIXES = ("", REFERENCE)
_MEASURED = (
    "accuracy",
    "loss",
    "seconds",
    "device",
    "images_per_second",
    "peak_memory_bytes",
    "failure",
)


def _records(study: Study, role: Role) -> Iterator[Record]:
    for trial in study.get_trials(deepcopy=False):
        noted = trial.user_attrs
        if "seed" not in noted or noted.get("failure") == INTERRUPTED:
            continue
        yield Record(
            number=trial.number,
            key=noted["key"],
            role=noted.get("role", role),
            label=noted.get("label"),
            state=trial.state.name,  # type: ignore[arg-type]
            replicate=noted["replicate"],
            seed=noted["seed"],
            genome=dict(trial.params),
            params=noted["params"],
            macs=noted["macs"],
            flops=noted["flops"],
            **{name: noted.get(name) for name in _MEASURED},
        )


def _end(study: Study, trial: FrozenTrial, reason: str, *, killed: bool = False) -> None:
    """End a trial without values; attributes first, so that it is whole once it has ended."""
    if killed:
        study._storage.set_trial_user_attr(trial._trial_id, KILLED, True)
    study._storage.set_trial_user_attr(trial._trial_id, "failure", reason)
    study._storage.set_trial_state_values(trial._trial_id, state=TrialState.FAIL)


def _key(trial: FrozenTrial) -> str:
    return str(trial.user_attrs.get("key") or key_of(trial.params))
