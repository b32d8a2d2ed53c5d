"""Run the proofs of an exported folder in a process of their own, and say what they show."""

import subprocess
import sys
from pathlib import Path

from nas.core.errors import InputError
from nas.exporting import proof
from nas.exporting.files import PROOF

SHOWN = (
    "This shows that model.py computes what golden.safetensors recorded when the folder was"
    " written. It shows neither who wrote it nor the accuracy on its card."
)
RAN = "The folder's own code was run: do that only with folders that you trust."
FOREIGN = (
    f"Its {PROOF} is not the one that this version writes, so that what it says is its own word."
)


def verify(folder: Path) -> tuple[bool, str]:
    """Whether all of them hold, and lines that say which and what of; it runs the folder's code.

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
    proven = done.returncode == 0 and bool(told["holds"]) and not told["FAILS"]
    if proven:
        head = f"{folder}: proven: {len(told['holds'])} proofs hold{_skipped(told['skipped'])}"
    else:
        reasons = told["FAILS"] or done.stderr.strip().splitlines()[-1:] or ["no proof ran"]
        head = f"{folder}: not proven: {'; '.join(reasons)}"
    listed = [f"  {outcome:<8} {line}" for outcome, lines in told.items() for line in lines]
    foreign = [] if _ours(folder / PROOF) else [FOREIGN]
    return proven, "\n".join([head, *listed, *([SHOWN] if proven else []), RAN, *foreign])


def _skipped(lines: list[str]) -> str:
    reasons = [line.partition(": ")[2] for line in lines]
    return f", {len(lines)} skipped ({'; '.join(reasons)})" if lines else ""


def _ours(path: Path) -> bool:
    """Whether it is the file that an export writes now."""
    return path.read_bytes() == Path(proof.__file__).read_bytes()
