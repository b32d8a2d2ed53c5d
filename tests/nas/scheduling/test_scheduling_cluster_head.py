"""The head of a cluster dies under a search: it ends with one line, and goes on without one."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.nas.scheduling.cluster import LOOPBACK, two_nodes
from tests.nas.scheduling.process import (
    commands,
    ends_without_ray,
    finish,
    start,
    states,
    tree,
    wait_until,
)

FLAGS = ("--trials", "8", "--fix", "mood=slow", "--no-published")


@pytest.mark.slow
def test_a_search_whose_cluster_lost_its_head_says_so_and_goes_on(tmp_path: Path) -> None:
    with two_nodes() as cluster, ExitStack() as stack:
        flags = (*FLAGS, "--workers", "2", "--ray-address", cluster.address)
        search = stack.enter_context(start(tmp_path, *flags, **LOOPBACK))
        stack.callback(search.kill)
        wait_until(lambda: states(tmp_path)["COMPLETE"] >= 2, search)
        running = commands(tree(search.pid))
        cluster.kill("head")
        ends_without_ray(search)
    assert not [pid for pid, command in commands(running).items() if command == running[pid]]
    before = states(tmp_path)["COMPLETE"]

    code, _, complaints = finish(start(tmp_path, *FLAGS, "--runner", "inline"))
    assert code == 0, complaints
    assert 2 <= before < states(tmp_path)["COMPLETE"] == 8
    assert not states(tmp_path)["RUNNING"]
