"""Folders that are either complete or not there: filled beside their place, then moved onto it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from nas.core.errors import InputError, unwritable


def check_free(folder: Path) -> None:
    """InputError unless `folder` does not exist or is an empty folder."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise InputError(f"--out {folder}: expected a new or empty folder; a file is in its place")
    if any(folder.iterdir()):
        raise InputError(f"--out {folder}: expected a new or empty folder; this one is not empty")


@contextmanager
def filling(folder: Path) -> Iterator[Path]:
    """A folder to fill, which becomes `folder` when the block ends without an error."""
    folder = folder.absolute()
    check_free(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = folder.with_name(f".{folder.name}.{uuid4().hex[:8]}")
        draft.mkdir()
    except OSError as error:
        raise unwritable(folder, error) from error
    try:
        yield draft
        draft.replace(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
