"""An evaluation that is under way: what a worker is given, and where its outcome will be told."""

from dataclasses import dataclass

from optuna.trial import FrozenTrial

from nas.core.cost import Cost
from nas.core.evaluation import Evaluation
from nas.study.record import Role


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """An evaluation that is under way, and the trial that waits for it."""

    evaluation: Evaluation
    role: Role
    label: str | None
    trial: FrozenTrial
    cost: Cost

    @property
    def name(self) -> str:
        """Which trial it is, as a person reads it."""
        return (
            self.label or f"{'trial' if self.role == 'search' else self.role} {self.trial.number}"
        )
