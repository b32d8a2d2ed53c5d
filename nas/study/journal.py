"""Optuna's journal file, of whole lines only.

A full disk, or a blow in the middle of a write, leaves half a line behind. Optuna would write on
in it, and nobody could read the file from there on.
"""

import json
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from optuna.exceptions import StorageInternalError
from optuna.storages.journal import JournalFileBackend, JournalFileSymlinkLock

BLOCK = 2**16  # bytes, in which the beginning of half a line is looked for


class WholeLines(JournalFileBackend):
    """A file that several processes write in turn. Readers leave half a line at its end out."""

    def __init__(self, file: Path) -> None:
        self._file = file.absolute()  # the lock is a link to it, and would lead nowhere
        self._turn = JournalFileSymlinkLock(str(self._file))
        super().__init__(str(self._file), lock_obj=self._turn)

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Behind the last whole line. StorageInternalError where none or half of it is taken."""
        lines = "".join(f"{json.dumps(log, separators=(',', ':'))}\n" for log in logs)
        with _told_of(self._file):
            self._turn.acquire()
            try:
                _append(self._file, lines.encode())
            finally:
                with suppress(RuntimeError):  # a write so slow that another took the turn
                    self._turn.release()

    def read_logs(self, log_number_from: int) -> Generator[dict[str, Any], None, None]:
        """From a line on. StorageInternalError where the file, or a whole line, cannot be read."""
        with _told_of(self._file):
            try:
                yield from super().read_logs(log_number_from)
            except (ValueError, RecursionError) as error:
                said = f"{self._file}: a line of it is no JSON ({error}); restore it from a copy"
                raise StorageInternalError(said) from error


@contextmanager
def _told_of(path: Path) -> Iterator[None]:
    """What a disk refuses, near or in a network, is the storage's trouble, to be waited for."""
    try:
        yield
    except OSError as error:
        raise StorageInternalError(f"{path}: {error.strerror or error}") from error


def _append(path: Path, content: bytes) -> None:
    file = os.open(path, os.O_RDWR)
    try:
        os.truncate(file, _end_of_lines(file))
        try:
            _write(file, content)
        except OSError:
            os.truncate(file, _end_of_lines(file))
            raise
        os.fsync(file)
    finally:
        os.close(file)


def _write(file: int, content: bytes) -> None:
    """All of it; a disk that is nearly full takes a part."""
    os.lseek(file, 0, os.SEEK_END)
    left = memoryview(content)
    while left:
        left = left[os.write(file, left) :]


def _end_of_lines(file: int) -> int:
    """The place behind the last line break."""
    end = os.fstat(file).st_size
    while end:
        start = max(0, end - BLOCK) if os.pread(file, 1, end - 1) != b"\n" else end - 1
        found = os.pread(file, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0
