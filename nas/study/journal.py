"""Optuna's journal file, of whole lines only.

A full disk, or a blow in the middle of a write, leaves half a line behind. Optuna would write on
in it, and nobody could read the file from there on.
"""

import json
import os
from pathlib import Path
from typing import Any

from optuna.storages.journal import JournalFileBackend, JournalFileSymlinkLock

BLOCK = 2**16  # bytes, in which the beginning of half a line is looked for


class WholeLines(JournalFileBackend):
    """A file that several processes write in turn. Readers leave half a line at its end out."""

    def __init__(self, file: Path) -> None:
        self._file = file.absolute()  # the lock is a link to it, and would lead nowhere
        self._turn = JournalFileSymlinkLock(str(self._file))
        super().__init__(str(self._file), lock_obj=self._turn)

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Behind the last whole line. OSError where the disk takes none or half of it."""
        lines = "".join(f"{json.dumps(log, separators=(',', ':'))}\n" for log in logs)
        self._turn.acquire()
        try:
            _append(self._file, lines.encode())
        finally:
            self._turn.release()


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
