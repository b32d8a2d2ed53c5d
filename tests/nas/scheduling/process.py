"""A search as a process of its own, to be interrupted, killed and looked at from outside."""

import os
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[3]
TOY = (
    *("--space", "tests.nas.toy:SPACE", "--data", "digits", "--resolution", "8"),
    *("--width-scale", "1", "--data-share", "0.05", "--val-limit", "50", "--epochs", "1"),
)
PROMPT = 60.0  # seconds to end on a busy machine after Ray has died; about 12 on a quiet one
SECONDS = 280.0  # until a process that should have done something is given up


def start(out: Path, *flags: str, cwd: Path = ROOT, **environment: str) -> subprocess.Popen[str]:
    """`python -m nas.search` on the toy space, as the leader of a process group."""
    return subprocess.Popen(
        [sys.executable, "-m", "nas.search", *TOY, "--study", "s", "--out", str(out), *flags],
        cwd=cwd,
        env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE", **environment},
        start_new_session=True,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    try:
        out, err = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    return process.returncode, out, err


def ends_without_ray(process: subprocess.Popen[str]) -> None:
    """Ray was killed under the search just now: it ends soon, with one line that says so."""
    killed = time.monotonic()
    code, _, complaints = finish(process)
    assert time.monotonic() - killed < PROMPT
    assert code == 2, complaints
    assert complaints.splitlines()[-1].startswith("error: ray died under the search")
    assert "Traceback" not in complaints


def trials(out: Path, *, study: str = "s") -> list[tuple[int, str, str]]:
    """Number, state and key of each trial in the study's SQLite file, whoever else uses it."""
    query = (
        "select t.number, t.state, a.value_json from trials t join studies s using (study_id)"
        " left join trial_user_attributes a on a.trial_id = t.trial_id and a.key = 'key'"
        " where s.study_name = ? order by t.number"
    )
    with sqlite3.connect(f"file:{out / 's' / 'study.db'}?mode=ro", uri=True) as connection:
        return connection.execute(query, (study,)).fetchall()


def states(out: Path, *, study: str = "s") -> Counter[str]:
    """How many trials there are in each state; none where there is no study yet."""
    try:
        return Counter(state for _, state, _ in trials(out, study=study))
    except sqlite3.OperationalError:
        return Counter()


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Until it holds; the process must live on meanwhile."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert process.poll() is None, finish(process)
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def tree(pid: int) -> Iterator[int]:
    """The process and all that descend from it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from tree(int(child))


def commands(pids: Iterable[int]) -> dict[int, str]:
    """The processes that still run, by what they call themselves."""
    found = {}
    for pid in pids:
        with suppress(OSError):
            found[pid] = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


def listening(pids: Iterable[int]) -> set[str]:
    """The addresses on which the processes listen for TCP connections."""
    inodes = set()
    for pid in pids:
        for handle in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                target = str(handle.readlink())
            except OSError:
                continue
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                found.add(_address(fields[1].split(":")[0]))
    return found


def _address(text: str) -> str:
    """As the kernel prints it: 32-bit words in the machine's order, in hexadecimal."""
    words = [int(text[place : place + 8], 16) for place in range(0, len(text), 8)]
    packed = struct.pack(f"={len(words)}I", *words)
    return socket.inet_ntop(socket.AF_INET if len(words) == 1 else socket.AF_INET6, packed)
