"""Two Ray nodes as processes of their own, which do not see the folders that a test hides."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest

from tests.nas.scheduling.process import SECONDS

SCRIPT = Path(__file__).with_name("cluster_process.py")
HIDE = 'n=$1; shift; for i in $(seq $n); do mount -t tmpfs none "$1"; shift; done; exec "$@"'
LOOPBACK = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}


class TwoNodes:
    """Its address, and each of the two to be killed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.address = self._told()

    @property
    def pid(self) -> int:
        """Of the process whose children the nodes are."""
        return self._process.pid

    def kill(self, which: Literal["node", "head"]) -> None:
        """With SIGKILL; `node` is the one that is not the head."""
        assert self._process.stdin is not None
        print(which, file=self._process.stdin, flush=True)
        assert self._told() == "killed"

    def _told(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        assert line, "the cluster ended; run with -s to see why"
        return line


@contextmanager
def two_nodes(*hidden: Path, **environment: str) -> Iterator[TwoNodes]:
    """A cluster that sees empty folders in place of the `hidden` ones; skips where that fails."""
    unshare = ["unshare", "--mount", *(["--map-root-user"] if os.geteuid() else [])]
    hide = [*unshare, "bash", "-ec", HIDE, "bash"]
    if hidden and (
        shutil.which("unshare") is None
        or subprocess.run([*hide, "1", str(hidden[0]), "true"], capture_output=True).returncode
    ):
        pytest.skip("nothing can be hidden from a process here: no mount namespaces")
    sockets = tempfile.TemporaryDirectory(prefix="t", dir="/tmp", ignore_cleanup_errors=True)
    process = subprocess.Popen(
        [
            *([*hide, str(len(hidden)), *map(str, hidden)] if hidden else []),
            *(sys.executable, "-c", SCRIPT.read_text()),
        ],
        cwd="/",
        env={**os.environ, "RAY_USAGE_STATS_ENABLED": "0", **LOOPBACK, **environment}
        | {"TMPDIR": sockets.name, "RAY_TMPDIR": sockets.name},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield TwoNodes(process)
        process.communicate("end\n", timeout=SECONDS)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        sockets.cleanup()
