"""A cluster of two nodes that see neither code, data nor run; one of them dies half-way."""

import os
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits

from nas.evaluation.weights import load_weights
from tests.nas.scheduling.cluster import LOOPBACK, two_nodes
from tests.nas.scheduling.process import (
    ROOT,
    commands,
    finish,
    listening,
    start,
    states,
    tree,
    wait_until,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

# In a worker it tells of each training, and lets none go on before the gate is open.
SPACE = """
import time, uuid
from pathlib import Path
from their_gate import GATE, HERE
from tests.nas.toy import ToySpace

class Gated(ToySpace):
    def build(self, configuration, *, drop_path=0.0):
        if Path(__file__).parent != HERE:
            (GATE / uuid.uuid4().hex).touch()
            while not (GATE / "open").exists():
                time.sleep(0.05)
        return super().build(configuration, drop_path=drop_path)

SPACE = Gated()
"""
TOKEN = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "for-this-test-alone-0123456789"}
ASKED = 4
FLAGS = (
    *("--space", "theirs:SPACE", "--data", "npz:digits.npz", "--out", "runs", "--workers", "2"),
    *("--trials", str(ASKED), "--fix", "mood=well", "--no-published", "--keep-weights", "all"),
)


@dataclass(frozen=True)
class Ended:
    """A search on the cluster that has ended, and what came of one that was not let in.

    `begun` are the trainings that workers began.
    """

    run: Path
    code: int
    begun: int
    complaints: str
    addresses: set[str]
    left: list[str]
    unknown: tuple[int, str, str]
    unknown_seconds: float


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """Of a third party's space on the driver's path, with data and run relative to its folder."""
    here = tmp_path_factory.mktemp("driver")
    (here / "theirs.py").write_text(SPACE)
    gate = tmp_path_factory.mktemp("gate")
    (here / "their_gate.py").write_text(
        f"from pathlib import Path\nGATE, HERE = Path({str(gate)!r}), Path({str(here)!r})\n"
    )
    images, labels = load_digits(return_X_y=True)
    pixels = (images.reshape(-1, 8, 8) * 15).astype(np.uint8)
    np.savez(
        here / "digits.npz",
        **{"train_images": pixels[::2], "train_labels": labels[::2]},
        **{"val_images": pixels[1::2], "val_labels": labels[1::2]},
    )
    (here / "tmp").mkdir()
    mine = {"PYTHONPATH": os.pathsep.join(map(str, (here, ROOT))), "TMPDIR": str(here / "tmp")}
    with two_nodes(ROOT, here, **TOKEN) as cluster, ExitStack() as stack:
        flags = (*FLAGS, "--ray-address", cluster.address)
        began = time.monotonic()
        unknown = finish(start(here, *flags, cwd=here, **LOOPBACK, **mine))
        seconds = time.monotonic() - began
        process = stack.enter_context(start(here, *flags, cwd=here, **LOOPBACK, **mine, **TOKEN))
        stack.callback(process.kill)
        runs = here / "runs"
        wait_until(lambda: len(list(gate.iterdir())) == 2, process)  # one on each node
        addresses = listening([*tree(process.pid), *tree(cluster.pid)])
        running = commands(tree(process.pid))
        cluster.kill("node")
        (gate / "open").touch()
        code, _, complaints = finish(process)
        left = [command for pid, command in commands(running).items() if command == running[pid]]
    begun = len(list(gate.iterdir())) - 1
    return Ended(runs / "s", code, begun, complaints, addresses, left, unknown, seconds)


def test_a_cluster_trains_with_code_and_data_that_its_nodes_do_not_have(search: Ended) -> None:
    assert search.code == 0, search.complaints
    table = pd.read_csv(search.run / "trials.csv")
    assert (table.state == "COMPLETE").sum() == ASKED


def test_what_a_dead_node_trained_is_trained_on_the_other(search: Ended) -> None:
    """Once more, and nothing else is; nothing fails, and nothing is left running."""
    found = states(search.run.parent)
    beside = states(search.run.parent, study="s.reference")
    assert found == Counter(COMPLETE=ASKED)
    assert beside.keys() == {"COMPLETE"}
    assert search.begun == ASKED + beside["COMPLETE"] + 1
    table = pd.read_csv(search.run / "trials.csv")
    assert table.key.is_unique
    assert "failures" not in search.complaints


def test_weights_come_back_where_the_run_is_not_seen(search: Ended) -> None:
    weights = search.run / "weights"
    table = pd.read_csv(search.run / "trials.csv")
    assert {path.name for path in weights.iterdir()} == {
        f"{key}-0.safetensors" for key in table.key
    }
    state, configuration = load_weights(next(weights.iterdir()))
    assert state
    assert configuration["mood"] == "well"


def test_a_driver_without_the_token_is_told_so_in_one_line(search: Ended) -> None:
    code, printed, complaints = search.unknown
    assert code == 2, complaints
    assert not printed
    assert complaints.splitlines()[-1].startswith("error: ray: cannot join --ray-address")
    assert "Traceback" not in complaints
    assert TOKEN["RAY_AUTH_TOKEN"] not in complaints
    assert search.unknown_seconds < 60


def test_nothing_listens_beyond_loopback_and_no_process_is_left(search: Ended) -> None:
    assert search.addresses
    assert search.addresses <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}
    assert not search.left
