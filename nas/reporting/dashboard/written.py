"""Notes, figures and diagrams written into a study for its dashboard; twice is as good as once.

Trials are never changed: optuna-dashboard keeps all of this in attributes of the study, and files
lie beside it. A note that a person has written is left alone.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import optuna
from optuna.artifacts import FileSystemArtifactStore
from optuna.storages import BaseStorage
from optuna_dashboard import get_note, save_note, save_plotly_graph_object

from nas.reporting.dashboard.diagram import write_diagram
from nas.reporting.dashboard.figures import figures
from nas.reporting.dashboard.notes import OURS, member_note, reference_note, study_note
from nas.reporting.report.pictures import write_pictures
from nas.reporting.view.nouns import View
from nas.study.reading import REFERENCE

DIAGRAMS = 12  # of a front at most, its cheapest members
FOLDER = "artifacts"  # in the run's folder


@dataclass(frozen=True)
class _Noted:
    """A finished trial as optuna-dashboard asks for one to note something about."""

    storage: BaseStorage
    study: optuna.Study
    _trial_id: int


def store_in(folder: Path) -> FileSystemArtifactStore:
    """The store of the files in `folder`, which is made if need be. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    return FileSystemArtifactStore(folder)


def write_dashboard(view: View, storage: BaseStorage, folder: Path) -> None:
    """Write everything, files into `folder`. Raises OSError for a full disk."""
    study = optuna.load_study(study_name=view.study, storage=storage)
    _note(study, study_note(view))
    members = {sample.number: sample for sample in view.front}
    for trial in study.get_trials(deepcopy=False):
        noted = _Noted(storage, study, trial._trial_id)
        if trial.number in members:
            _note(noted, member_note(view, members[trial.number]))
        elif _ours(noted):  # no longer on the front
            _note(noted, "")
    _note_reference(view, storage)
    for name, figure in figures(view).items():
        save_plotly_graph_object(study, figure, graph_object_id=name)
    _write_files(view, study, store_in(folder))


def _note_reference(view: View, storage: BaseStorage) -> None:
    name = view.study + REFERENCE
    if name in optuna.get_all_study_names(storage):
        _note(optuna.load_study(study_name=name, storage=storage), reference_note(view))


def _note(noted: Any, text: str) -> None:
    known = get_note(noted)
    if known != text and (not known or _ours(noted)):
        save_note(noted, text)


def _ours(noted: Any) -> bool:
    return str(get_note(noted)).rstrip().endswith(OURS)


def _write_files(view: View, study: optuna.Study, store: FileSystemArtifactStore) -> None:
    trials = {trial.number: trial._trial_id for trial in study.get_trials(deepcopy=False)}
    with TemporaryDirectory() as place:
        for file in write_pictures(view, Path(place) / "report.html"):
            _attach(study, store, file, "artifacts:")
        for sample in view.front[:DIAGRAMS] if view.parts else ():
            file = Path(place) / f"trial-{sample.number}.png"
            write_diagram(sample, view.parts(sample.genome), file)  # type: ignore[misc]
            # Under this name a dashboard finds a trial's files among the study's attributes.
            _attach(study, store, file, f"dashboard:artifacts:{trials[sample.number]}:")


def _attach(study: optuna.Study, store: FileSystemArtifactStore, file: Path, prefix: str) -> None:
    """As `optuna.artifacts.upload_artifact`, but a file of the same name takes its place."""
    name = str(uuid5(NAMESPACE_OID, f"{study.study_name}/{prefix}{file.name}"))
    with file.open("rb") as content:
        store.write(name, content)
    kind = {"filename": file.name, "mimetype": "image/png", "encoding": None}
    study._storage.set_study_system_attr(
        study._study_id, prefix + name, json.dumps({"artifact_id": name, **kind})
    )
