"""What Ray learns of the search when it starts, and what it leaves alone."""

import json
import os
import signal
import subprocess
import sys
import types
from pathlib import Path

import pytest
import ray

from nas.scheduling import connection

ROOT = Path(__file__).parents[3]
SECRET = "hunter2"
PROGRAM = """
import json, pathlib, signal, sys, tempfile
from nas.scheduling.environment import configure
configure(None)
import ray
from nas.scheduling.base import Resources
from nas.scheduling.connection import local

handler = lambda number, frame: None
signal.signal(signal.SIGTERM, handler)
with tempfile.TemporaryDirectory(prefix="t", dir="/tmp") as folder:
    with local(Resources(workers=1, threads=1, gpus_per_trial=0.0), pathlib.Path(folder)):
        jobs = ray._private.worker.global_worker.gcs_client.get_all_job_info()
        told = [job.entrypoint for job in jobs.values()]
        kept = signal.getsignal(signal.SIGTERM) is handler
print(json.dumps([told, str(jobs), kept]))
"""


def test_a_cluster_learns_no_password_of_the_command_line_and_leaves_sigterm_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "--storage", f"postgresql://me:{SECRET}@127.0.0.1/db"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    entrypoints, jobs, kept = json.loads(done.stdout)
    assert entrypoints == ["python -m nas.search"]
    assert SECRET not in jobs
    assert kept


@pytest.mark.parametrize("known", [True, False])
def test_while_ray_starts_its_questions_are_answered_if_it_asks_any(
    known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, object] = {}
    private = types.SimpleNamespace()
    if known:
        private.get_entrypoint_name = lambda: SECRET
        private.set_sigterm_handler = lambda handler: signal.signal(signal.SIGTERM, handler)
    before, handler = vars(private).copy(), signal.getsignal(signal.SIGTERM)

    def init(**given: object) -> None:
        asked.update(given)
        if known:
            asked["entrypoint"] = private.get_entrypoint_name()
            private.set_sigterm_handler(signal.SIG_IGN)
        raise RuntimeError("no room")

    monkeypatch.setattr(connection, "_PRIVATE", private)
    monkeypatch.setattr(ray, "init", init)
    with pytest.raises(RuntimeError, match="no room"):
        connection._init("auto", num_cpus=3)
    assert asked["address"] == "auto"
    assert asked["num_cpus"] == 3
    assert SECRET not in asked.values()
    assert signal.getsignal(signal.SIGTERM) == handler
    assert vars(private) == before
