"""Runs, opened to be compared; those in a database share its URL."""

from collections.abc import Sequence
from pathlib import Path

from nas.core.errors import InputError
from nas.reporting.view.nouns import View
from nas.reporting.view.opened import open_view
from nas.study.run import read_any


def open_views(folders: Sequence[Path], storage: str | None = None) -> list[View]:
    """`storage`: where those lie that are in a server's database, with its password.

    InputError where none of them is, or where they are in several: a study of the same name in
    another database would be taken for theirs.
    """
    if storage is None:
        return [open_view(folder) for folder in folders]
    runs = [read_any(folder) for folder in folders]
    places = {run.content["storage"]: None for run in runs if run.served}
    if not places:
        raise InputError("--storage: none of these runs lies in a database; leave it out")
    if len(places) > 1:
        raise InputError(
            f"--storage: expected runs of one database; these lie in {' and '.join(places)}"
        )
    return [open_view(run.folder, storage if run.served else None) for run in runs]
