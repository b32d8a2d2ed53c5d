"""What Ray adds: worker processes that may die, sockets, and requests for resources."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from nas.scheduling import Resources, environment
from sklearn.datasets import load_digits
from tests.nas.scheduling.process import ROOT, finish, listening, start, states, tree, wait_until

NAMED = {
    "raises": "error: ValueError: the toy does not want to",
    "diverges": "diverged: ",
    "memory": "out-of-memory: ",
    "exits": "worker-died: ",
}


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int, str, str, list[set[str]]]:
    """A search among networks of which most fail, each in its own way; its sockets half-way.

    The images are a file named by a path relative to the working directory.
    """
    out = tmp_path_factory.mktemp("ray")
    images, labels = load_digits(return_X_y=True)
    pixels = (images.reshape(-1, 8, 8) * 15).astype(np.uint8)
    np.savez(
        out / "digits.npz",
        **{f"{part}_{name}": values for part, place in (("train", 0), ("val", 1)) for name, values in
           (("images", pixels[place::2]), ("labels", labels[place::2]))},
    )
    relative = Path("..", *(out / "digits.npz").parts[1:])
    for _ in ROOT.parents[1:]:
        relative = Path("..") / relative
    process = start(
        out,
        *("--runner", "ray", "--workers", "2", "--trials", "9", "--no-published"),
        *("--data", f"npz:{relative}", "--fix", "kernel=1", "--fix", "width=4", "--seed", "1"),
        *("--choices", "mood=well,slow,raises,diverges,memory,exits"),
    )
    wait_until(lambda: states(out)["COMPLETE"] >= 1, process)
    sockets = list(listening(tree(process.pid)).values())
    code, printed, complaints = finish(process)
    return out, code, printed, complaints, sockets


def test_each_failure_is_recorded_by_name_and_the_search_goes_on(search) -> None:  # type: ignore[no-untyped-def]
    out, code, _, complaints, _ = search
    table = pd.read_csv(out / "s" / "trials.csv", dtype=str)
    assert code == 0, complaints
    assert len(table) == 2 * 6  # every network of the window
    for mood, failure in NAMED.items():
        rows = table[table.mood == mood]
        assert set(rows.state) == {"FAIL"}, mood
        assert all(told.startswith(failure) for told in rows.failure), mood
    assert set(table[table.mood.isin(["well", "slow"])].state) == {"COMPLETE"}
    assert "failures: " in complaints


def test_a_window_of_fewer_networks_than_asked_for_ends_well(search) -> None:  # type: ignore[no-untyped-def]
    _, code, printed, _, _ = search
    assert code == 0
    assert "all 12 evaluated" in printed


def test_ray_stays_silent_on_both_streams(search) -> None:  # type: ignore[no-untyped-def]
    _, _, printed, complaints, _ = search
    assert "raylet" not in printed + complaints
    assert "Traceback" not in complaints
    assert "ERROR" not in complaints


def test_every_socket_listens_on_this_machine_only(search) -> None:  # type: ignore[no-untyped-def]
    *_, sockets = search
    assert sockets, "ray listens somewhere; the test looks in the wrong place"
    assert set().union(*sockets) <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}


@pytest.mark.parametrize(
    ("share", "demand"), [(0.0, {"cpu": 3}), (0.25, {"cpu": 3, "gpu": 0.25}), (2.0, {"cpu": 3, "gpu": 2})]
)
def test_a_trial_asks_for_a_gpu_only_if_it_is_to_have_one(
    share: float, demand: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.QUIET.items():
        monkeypatch.setenv(name, value)
    ray_tune = pytest.importorskip("nas.scheduling.ray_tune")
    assert ray_tune._demand(Resources(workers=2, threads=3, gpus_per_trial=share)) == demand


def test_only_a_cluster_may_be_reached_from_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*environment.QUIET, *environment.LOOPBACK_ONLY):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(environment.os, "environ", {})
    environment.configure("10.0.0.1:6379")
    assert not environment.LOOPBACK_ONLY.keys() & environment.os.environ.keys()
    environment.configure(None)
    assert environment.LOOPBACK_ONLY.items() <= environment.os.environ.items()
