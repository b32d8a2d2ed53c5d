"""Trainings of a study: a list made beforehand, each carried out once, each a row of a CSV."""

import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pandas as pd

from nas.core.errors import InputError
from nas.core.evaluation import Evaluation, Failure, Outcome, Score
from nas.core.fidelity import Fidelity
from nas.evaluation.job import Job, run_job
from nas.reporting.atomic import replacing
from nas.windows import Member
from studies.pool import processes
from studies.setup import Setup

SIZE = ["epochs", "resolution", "data_share", "width_scale"]
IDENTITY = ["key", "replicate", *SIZE]
COLUMNS = [
    *("label", *IDENTITY, "params", "macs", "flops"),
    *("accuracy", "loss", "seconds", "failure", "setup"),
]


@dataclass(frozen=True, kw_only=True)
class Training:
    """A network, trained with the seed of a replicate at a fidelity; `label` is its name here."""

    label: str
    member: Member
    replicate: int
    fidelity: Fidelity

    @property
    def identity(self) -> tuple[object, ...]:
        """Equal for the same training, whatever it is called."""
        return self.member.key, self.replicate, *asdict(self.fidelity).values()

    def job(self, setup: Setup) -> Job:
        """What a worker needs, for one thread."""
        evaluation = Evaluation(
            key=self.member.key,
            genome=self.member.genome,
            fidelity=self.fidelity,
            replicate=self.replicate,
        )
        return replace(setup.settings, threads=None).job(evaluation, threads=1, weights=None)

    def row(self, setup: Setup, outcome: Outcome) -> dict[str, object]:
        """Accuracy 0..1, loss in nats, costs at the target, seconds of one thread."""
        cost, score = self.member.cost, outcome if isinstance(outcome, Score) else None
        failure = f"{outcome.kind}: {outcome.message}" if isinstance(outcome, Failure) else None
        return {
            "label": self.label,
            **dict(zip(IDENTITY, self.identity, strict=True)),
            "params": cost.params,
            "macs": cost.macs,
            "flops": cost.flops,
            "accuracy": score and score.accuracy,
            "loss": score and round(score.loss, 6),
            "seconds": round(outcome.seconds, 1),
            "failure": failure,
            "setup": setup.mark,
        }


def train(setup: Setup, trainings: Sequence[Training], *, out: Path, workers: int) -> pd.DataFrame:
    """Carry out, in the given order, what the CSV does not hold yet; the rows asked for.

    The file is complete after every training, so a study that was stopped goes on. A failure is a
    row, too, and is not tried again. InputError where the file holds trainings of another setup,
    and where none succeeded.
    """
    known = read(out, setup)
    done = set(known[IDENTITY].itertuples(index=False, name=None))
    first = {training.identity: training for training in reversed(trainings)}  # each but once
    left = [one for one in reversed(first.values()) if one.identity not in done]
    began = time.monotonic()
    for index, row in enumerate(_rows(setup, left, workers=workers), 1):
        known = pd.DataFrame([*known.to_dict("records"), row], columns=COLUMNS)
        with replacing(out) as draft:
            known.to_csv(draft, index=False)
        _tell(row, index=index, count=len(left), seconds=time.monotonic() - began)
    asked = _asked(known, trainings)
    if asked["accuracy"].isna().all():
        raise InputError(f"{out}: no training succeeded; the first: {asked['failure'].iloc[0]}")
    return asked


def read(out: Path, setup: Setup) -> pd.DataFrame:
    """All trainings in a CSV; none where there is no such file. InputError for any other file."""
    if not out.exists():
        return pd.DataFrame(columns=COLUMNS)
    try:
        rows = pd.read_csv(out, dtype={"setup": str, "key": str, "label": str})
    except (OSError, ValueError) as error:
        raise InputError(f"{out}: expected trainings as CSV; got {error}") from error
    if list(rows.columns) != COLUMNS:
        raise InputError(f"{out}: expected the columns {', '.join(COLUMNS)}; take another --out")
    if set(rows["setup"]) - {setup.mark}:
        raise InputError(
            f"{out}: expected trainings with these images and this recipe; got others;"
            " take another --out"
        )
    return rows


def _asked(known: pd.DataFrame, trainings: Sequence[Training]) -> pd.DataFrame:
    """The rows of these trainings, under these labels."""
    rows = {tuple(row[name] for name in IDENTITY): row for row in known.to_dict("records")}
    asked = [rows[training.identity] | {"label": training.label} for training in trainings]
    return pd.DataFrame(asked, columns=COLUMNS)


def _rows(
    setup: Setup, trainings: Sequence[Training], *, workers: int
) -> Iterator[dict[str, object]]:
    """As they end."""
    with processes(workers) as pool:
        futures: dict[Future[Outcome], Training] = {
            pool.submit(run_job, training.job(setup)): training for training in trainings
        }
        for future in as_completed(futures):
            yield futures[future].row(setup, future.result())


def _tell(row: dict[str, object], *, index: int, count: int, seconds: float) -> None:
    scored = f"accuracy {row['accuracy']:.4f}" if row["failure"] is None else row["failure"]
    print(
        f"{index} of {count}: {row['label']}, seed {row['replicate']}: {scored} in"
        f" {row['seconds']:.0f} s; some {seconds / index * (count - index) / 60:.0f} min left",
        file=sys.stderr,
        flush=True,
    )
