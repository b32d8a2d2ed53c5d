"""What Ray adds: worker processes that may die, sockets, and requests for resources."""

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits

from nas.scheduling import Resources, environment
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

NAMED = {
    "raises": "error: ValueError: the toy does not want to",
    "diverges": "diverged: ",
    "memory": "out-of-memory: ",
    "exits": "worker-died: ",
}


@dataclass(frozen=True)
class Ended:
    """A search that has ended; half-way, its processes and the addresses on which they listened.

    `left` is what it left in the folder for temporary files.
    """

    table: pd.DataFrame
    code: int
    printed: str
    complaints: str
    addresses: set[str]
    processes: list[str]
    left: list[str]


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """A search among networks of which most fail, each in its own way; its sockets half-way.

    The images are a file named by a path relative to the working directory. The environment names
    a cluster, as that of a person may who did not ask for it this time.
    """
    out = tmp_path_factory.mktemp("ray")
    images, labels = load_digits(return_X_y=True)
    pixels = (images.reshape(-1, 8, 8) * 15).astype(np.uint8)
    parts = {"train": slice(0, None, 2), "val": slice(1, None, 2)}
    arrays = {f"{part}_images": pixels[place] for part, place in parts.items()}
    arrays |= {f"{part}_labels": labels[place] for part, place in parts.items()}
    np.savez(out / "digits.npz", **arrays)
    relative = os.path.relpath(out / "digits.npz", ROOT)
    temporary = tempfile.TemporaryDirectory(prefix="t", dir="/tmp")  # short, for sockets
    process = start(
        out,
        *("--runner", "ray", "--workers", "2", "--trials", "9", "--no-published"),
        *("--data", f"npz:{relative}", "--fix", "kernel=1", "--fix", "width=4", "--seed", "1"),
        *("--choices", "mood=well,slow,raises,diverges,memory,exits"),
        TMPDIR=temporary.name,
        RAY_ADDRESS="127.0.0.1:1",
    )
    with temporary:
        wait_until(lambda: states(out)["COMPLETE"] >= 1, process)
        processes = commands(tree(process.pid))
        addresses = listening(processes)
        code, printed, complaints = finish(process)
        left = [path.name for path in Path(temporary.name).iterdir()]
    table = pd.read_csv(out / "s" / "trials.csv", dtype=str, keep_default_na=False)
    return Ended(table, code, printed, complaints, addresses, [*processes.values()], left)


def test_each_failure_is_recorded_by_name_and_the_search_goes_on(search: Ended) -> None:
    assert search.code == 0, search.complaints
    assert len(search.table) == 2 * 6  # every network of the window
    for mood, failure in NAMED.items():
        rows = search.table[search.table.mood == mood]
        assert set(rows.state) == {"FAIL"}, mood
        assert all(told.startswith(failure) for told in rows.failure), mood
    well = search.table[search.table.mood.isin(["well", "slow"])]
    assert set(well.state) == {"COMPLETE"}
    (told,) = (line for line in search.complaints.splitlines() if line.startswith("failures: "))
    kinds = sorted(failure.partition(":")[0] for failure in NAMED.values())
    assert sorted(told.removeprefix("failures: ").split(", ")) == [f"2 {kind}" for kind in kinds]


def test_a_window_of_fewer_networks_than_asked_for_ends_well(search: Ended) -> None:
    assert search.code == 0
    assert "all 12 evaluated" in search.printed


def test_ray_stays_silent_on_both_streams(search: Ended) -> None:
    assert search.printed.lstrip().startswith("trial ")
    for noise in ("raylet", "Traceback", "ERROR", "Warning"):
        assert noise not in search.printed + search.complaints


def test_every_socket_of_driver_and_workers_listens_on_this_machine_only(search: Ended) -> None:
    for part in ("nas.search", "gcs_server", "raylet", "ray::(ProxyTraining|ResourceTrainable)"):
        assert any(re.search(part, command) for command in search.processes), part
    assert search.addresses, "ray listens somewhere; the test looks in the wrong place"
    assert search.addresses <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}


def test_nothing_is_left_of_ray_when_the_search_is_over(search: Ended) -> None:
    assert not [name for name in search.left if "ray" in name]


@pytest.mark.parametrize(
    ("share", "demand"),
    [(0.0, {"cpu": 3}), (0.25, {"cpu": 3, "gpu": 0.25}), (2.0, {"cpu": 3, "gpu": 2})],
)
def test_a_trial_asks_for_a_gpu_only_if_it_is_to_have_one(
    share: float, demand: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.QUIET.items():
        monkeypatch.setenv(name, value)
    ray_tune = pytest.importorskip("nas.scheduling.ray_tune")
    assert ray_tune._demand(Resources(workers=2, threads=3, gpus_per_trial=share)) == demand
