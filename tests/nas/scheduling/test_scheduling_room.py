"""How a cluster is shared out among trainings, from what its nodes hold."""

from typing import Any

import pytest

from nas.core.errors import InputError
from nas.scheduling import Resources
from nas.scheduling import cluster as scheduling_cluster
from nas.scheduling.room import Cluster, Node, check_room, shared_out


def cluster(*nodes: tuple[int, int], free: tuple[float, float] | None = None) -> Cluster:
    """Of nodes with (processors, GPUs), all of them free unless said otherwise."""
    cpus, gpus = free or (sum(cpus for cpus, _ in nodes), sum(gpus for _, gpus in nodes))
    return Cluster(
        nodes=tuple(Node(cpus=cpus, gpus=gpus) for cpus, gpus in nodes),
        free_cpus=cpus,
        free_gpus=gpus,
    )


@pytest.mark.parametrize(
    ("there", "workers", "taken"),
    [
        (cluster((4, 0), (8, 0)), None, (12, 1)),
        (cluster((4, 0), (8, 0), free=(5.5, 0)), None, (5, 1)),
        (cluster((4, 0), (8, 0)), 3, (3, 4)),  # one on the small node, two on the large
        (cluster((4, 0), (8, 0)), 2, (2, 4)),  # 5 threads would leave the small one out
        (cluster((4, 0), (8, 0)), 1, (1, 8)),
        (cluster((0, 0), (2, 0)), 5, (5, 1)),  # three of them wait for room
    ],
)
def test_processors_of_all_nodes_are_shared_out(
    there: Cluster, workers: int | None, taken: tuple[int, int]
) -> None:
    expected = Resources(workers=taken[0], threads=taken[1])
    assert shared_out(there, workers=workers, share=0.0) == expected


@pytest.mark.parametrize(
    ("there", "share", "workers", "threads"),
    [
        (cluster((8, 2), (8, 0)), 1.0, 2, 4),  # the node without a GPU takes none
        (cluster((8, 2), (8, 2)), 0.5, 8, 2),
        (cluster((2, 4), (2, 4)), 1.0, 4, 1),  # a processor each
        (cluster((8, 3), (8, 1)), 2.0, 1, 8),  # no training lies on two nodes
        (cluster((8, 2), free=(8, 1)), 0.6, 1, 8),
    ],
)
def test_gpus_are_shared_out_within_their_nodes(
    there: Cluster, share: float, workers: int, threads: int
) -> None:
    expected = Resources(workers=workers, threads=threads, gpus_per_trial=share)
    assert shared_out(there, workers=None, share=share) == expected


def test_the_threads_of_a_deterministic_search_are_its_own() -> None:
    there = cluster((4, 0), (5, 0))
    taken = shared_out(there, workers=None, share=0.0, threads=2)
    assert taken == Resources(workers=4, threads=2)
    taken = shared_out(there, workers=None, share=0.0, threads=2, most=3)
    assert taken == Resources(workers=3, threads=2)


def test_a_training_that_only_two_nodes_hold_together_is_refused() -> None:
    nodes = cluster((2, 1), (2, 1)).nodes
    with pytest.raises(InputError, match=r"2 GPUs on one node; there are 2 CPUs, 1 GPUs; lower"):
        check_room(nodes, threads=1, share=2.0)
    with pytest.raises(InputError, match=r"3 CPUs and 0 GPUs on one node"):
        check_room(nodes, threads=3, share=0.0)
    check_room(nodes, threads=2, share=1.0)


def test_a_cluster_that_others_use_up_is_refused_unless_one_means_to_wait() -> None:
    busy = cluster((4, 0), free=(0.5, 0))
    with pytest.raises(InputError, match=r"the cluster is busy: 0\.5 CPUs"):
        shared_out(busy, workers=None, share=0.0)
    assert shared_out(busy, workers=4, share=0.0).workers == 4


@pytest.mark.parametrize(
    ("gpus", "asked", "device"), [(0, "auto", "cpu"), (2, "auto", "cuda"), (2, "cpu", "cpu")]
)
def test_trials_run_on_what_the_nodes_have_whatever_the_driver_has(
    gpus: int, asked: Any, device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduling_cluster, "_look", lambda _: cluster((4, 0), (4, gpus)))
    assert scheduling_cluster.cluster_device("auto", asked) == device


def test_gpus_that_no_node_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduling_cluster, "_look", lambda _: cluster((4, 0)))
    with pytest.raises(InputError, match="no node of the cluster at a:1 has a GPU"):
        scheduling_cluster.cluster_device("a:1", "cuda")
