"""One search as its folder tells of it, runs/<study>/: its settings, storage and weights."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL

from nas.core.errors import InputError, unwritable
from nas.core.evaluation import Evaluation, Failure, Score
from nas.core.redaction import redacted
from nas.evaluation.job import Job, run_job
from nas.study.content import check_content, evaluates_itself, is_name
from nas.study.evaluated import Row, read_rows
from nas.study.folder import write_json
from nas.study.opening import SETTINGS
from nas.study.reading import MALFORMED, find_study, read_records, reading
from nas.study.record import Record
from nas.study.settings import Settings, differences
from nas.study.storage import JOURNAL

FILE = "study.db"  # the default storage, in the run's folder


@dataclass(frozen=True)
class Run:
    """A run's folder and what `run.json` says of it."""

    folder: Path
    content: dict[str, Any]

    @property
    def name(self) -> str:
        """The study's name."""
        return str(self.content["study"])

    @property
    def settings(self) -> dict[str, Any]:
        """The settings as JSON values; `Settings.from_dict` gives them their types."""
        return dict(self.content["settings"])

    @property
    def alone(self) -> bool:
        """Whether its study lies in the folder itself, and one process drives it at a time."""
        return str(self.content["storage"]) == FILE

    @property
    def storage_url(self) -> str:
        """Where the study lies; the default is relative to the folder."""
        url = str(self.content["storage"])
        if url != FILE:
            return url
        path = str((self.folder / FILE).resolve())
        return URL.create("sqlite", database=path).render_as_string()

    @property
    def served(self) -> bool:
        """Whether its study lies on a database's server, which may ask for a password."""
        return not (self.alone or str(self.content["storage"]).startswith((JOURNAL, "sqlite")))

    @property
    def records(self) -> list[Record]:
        """Every training so far."""
        with reading(self.folder, self.storage_url) as storage:
            records = read_records(storage, self.name)
        self._check_objectives(records)
        return records

    @property
    def rows(self) -> list[Row]:
        """Every trial that has ended, where the space brings its own evaluation."""
        with reading(self.folder, self.storage_url) as storage:
            rows = read_rows(storage, self.name)
        self._check_objectives(rows)
        return rows

    def _check_objectives(self, trials: Sequence[Record] | Sequence[Row]) -> None:
        """InputError where trials were weighed by more of them, or fewer, than run.json names."""
        names = self.content["settings"]["objectives"]
        for trial in trials:
            if trial.values is not None and len(trial.values) != len(names):
                raise InputError(
                    f"{self.folder / 'run.json'}: expected the {len(trial.values)} objectives of"
                    f" trial {trial.number}; got {', '.join(names)}; put it back"
                )

    @property
    def noted_settings(self) -> dict[str, Any]:
        """The settings as the study itself has them."""
        with reading(self.folder, self.storage_url) as storage:
            return dict(find_study(storage, self.name).user_attrs.get(SETTINGS, {}))

    @property
    def execution(self) -> dict[str, Any]:
        """How it was run the last time."""
        return dict(self.content.get("execution", {}))

    @property
    def threads(self) -> int | None:
        """Those of a training the last time; None for torch's own number."""
        threads: int | None = self.execution.get("threads")
        return threads

    @property
    def trial_seconds(self) -> float | None:
        """Those that a trial was allowed the last time; None for any number."""
        minutes = self.execution.get("trial_minutes")
        return None if minutes is None else 60.0 * minutes

    def save(self, execution: dict[str, Any]) -> None:
        """Create the folder and write run.json; `execution` is how it is run this time."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_json(self.folder / "run.json", {**self.content, "execution": execution})
        except OSError as error:
            raise unwritable(self.folder.parent, error) from error

    def weights_path(self, key: str, replicate: int) -> Path:
        """Where the trained weights of an evaluation are, if they were kept."""
        return self.folder / "weights" / f"{key}-{replicate}.safetensors"

    def weights(self, record: Record) -> Path | None:
        """The trained weights of a record; None if they were not kept."""
        path = self.weights_path(record.key, record.replicate)
        return path if path.exists() else None

    def job(
        self, record: Record, *, weights: Path | None = None, seconds: float | None = None
    ) -> Job:
        """A record's training once more, as its own row says."""
        settings = Settings.from_dict(self.settings)
        evaluation = Evaluation(
            key=record.key,
            genome=dict(record.genome),
            fidelity=settings.fidelity,
            replicate=record.replicate,
        )
        threads, parts = record.threads or self.threads, record.parts or 1
        return settings.job(
            evaluation, threads=threads, weights=weights, seconds=seconds, parts=parts
        )

    def train_again(self, record: Record) -> Score:
        """Repeat a record's training from its own row, this time keeping the weights.

        On the same machine and versions it gives the same accuracy. InputError if it fails.
        """
        path = self.weights_path(record.key, record.replicate).resolve()
        outcome = run_job(self.job(record, weights=path))
        if isinstance(outcome, Failure):
            raise InputError(
                f"trial {record.number} cannot be trained again: {outcome.kind}: {outcome.message}"
            )
        return outcome


def check_name(name: str) -> str:
    """The name itself; InputError for one that could leave its folder or confuse a shell."""
    if not is_name(name):
        raise InputError(f"--study: expected letters, digits and . _ - (up to 100); got {name!r}")
    return name


def read_run(folder: Path, storage: str | None = None) -> Run:
    """The run in `folder`, of trainings; InputError where there is none.

    `storage` is the URL with its password, where the run lies in a database that asks for one.
    """
    run = read_any(folder, storage)
    if evaluates_itself(run.settings):
        raise InputError(
            f"{folder}: {run.settings.get('space')} evaluates itself, so there is no network to"
            " export; its best are in front.csv"
        )
    try:
        Settings.from_dict(run.settings)
    except MALFORMED as error:
        raise _unreadable(folder, error) from error
    return run


def read_any(folder: Path, storage: str | None = None) -> Run:
    """The run in `folder`, whatever it evaluates; InputError where there is none."""
    file = folder / "run.json"
    try:
        if file.exists() and not file.is_file():  # a pipe might never end, nor even begin
            raise TypeError("expected a plain file")
        content = json.loads(file.read_text())
        check_content(content)
        content["storage"] = storage or content["storage"]
        return Run(folder, content)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError(
            f"{folder}: expected a run's folder with run.json; there is none"
        ) from error
    except (OSError, *MALFORMED) as error:
        raise _unreadable(folder, error) from error


def _unreadable(folder: Path, error: Exception) -> InputError:
    reason = f"{type(error).__name__}: {error}"
    return InputError(
        f"{folder / 'run.json'}: cannot be read ({reason}); put it back, or choose another run"
    )


def open_run(
    out: Path,
    name: str,
    settings: dict[str, Any],
    *,
    storage: str | None,
    versions: dict[str, str],
    command: Sequence[str] = (),
) -> Run:
    """The run to go on with, or a new one; InputError naming each setting that differs.

    Nothing is written before `Run.save`.
    """
    folder = out / check_name(name)
    if _there(folder / "run.json"):
        return _resumed(folder, settings, storage)
    content = {
        "study": name,
        "storage": FILE if storage is None else redacted(storage),
        "settings": settings,
        "versions": versions,
        "command": list(command),
    }
    return Run(folder, content)


def _check_database(run: Run) -> None:
    """A new one in place of one that is lost would lose the tables, too."""
    table, database = run.folder / "trials.csv", run.folder / FILE
    if run.alone and _filled(table, lines=2) and not _filled(database, lines=1):
        raise InputError(
            f"{database}: expected the study of which {table.name} tells; it is gone, or empty;"
            " put it back, or choose another --study"
        )


def _filled(path: Path, *, lines: int) -> bool:
    try:
        with path.open("rb") as file:
            return all(file.readline() for _ in range(lines))
    except OSError:
        return False


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name too long; writing says so
        return False


def _resumed(folder: Path, settings: dict[str, Any], storage: str | None) -> Run:
    run = read_any(folder)
    _check_database(run)
    differing = differences(run.settings, settings)
    if differing:
        raise InputError(
            f"study {folder.name} has other settings: {'; '.join(differing)};"
            " choose another --study, or none"
        )
    known = run.content["storage"]
    if storage is not None and redacted(storage) != known:
        raise InputError(f"study {folder.name} lies in {known}; got --storage {redacted(storage)}")
    return run
