"""Run the proofs of an exported folder in a process of their own."""

import subprocess
import sys
from pathlib import Path

from nas.core.errors import InputError
from nas.exporting.files import PROOF


def verify(folder: Path) -> tuple[bool, str]:
    """Whether all of them hold, and a line that says so; it runs the code in the folder.

    Raises InputError where there are none.
    """
    if not (folder / PROOF).is_file():
        raise InputError(f"--verify {folder}: expected an exported folder with {PROOF}")
    # Isolated: neither this folder nor PYTHONPATH lends it a module; nothing is written beside it.
    command = [sys.executable, "-I", "-B", str((folder / PROOF).resolve())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told: dict[str, list[str]] = {"holds": [], "skipped": [], "FAILS": []}
    for line in done.stdout.splitlines():
        outcome, _, rest = line.partition(" ")
        told.get(outcome, []).append(rest.strip())
    if done.returncode == 0 and told["holds"] and not told["FAILS"]:
        return (
            True,
            f"{folder}: proven: {len(told['holds'])} proofs hold{_skipped(told['skipped'])}",
        )
    reasons = told["FAILS"] or done.stderr.strip().splitlines()[-1:] or ["no proof ran"]
    return False, f"{folder}: not proven: {'; '.join(reasons)}"


def _skipped(lines: list[str]) -> str:
    reasons = [line.partition(": ")[2] for line in lines]
    return f", {len(lines)} skipped ({'; '.join(reasons)})" if lines else ""
