"""What a cluster holds, and how its processors and GPUs are shared out among trainings."""

from collections.abc import Sequence
from dataclasses import dataclass

from nas.core.errors import InputError
from nas.scheduling.base import Resources


@dataclass(frozen=True, kw_only=True)
class Node:
    """Processors and GPUs of one machine, whoever uses them now."""

    cpus: int
    gpus: int = 0

    def holds(self, *, threads: int, share: float) -> int:
        """So many trainings at a time; none has its GPU's share on two GPUs or two nodes."""
        room = self.cpus // threads
        return min(room, _sharing(share, self.gpus)) if share else room


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """The nodes that are alive, and what of all their processors and GPUs is free now."""

    nodes: tuple[Node, ...]
    free_cpus: float
    free_gpus: float = 0.0


def shared_out(
    cluster: Cluster,
    *,
    workers: int | None,
    share: float,
    threads: int | None = None,
    most: int | None = None,
) -> Resources:
    """As many trainings as the free resources hold, `most` at most, unless `workers` says how many.

    Each has so many `threads`, or else those that leave room for all of them; one where the number
    of trainings was left open, and no GPU. Workers beyond what is free wait until something is.
    InputError where no node holds even one, or where nothing is free.
    """
    check_room(cluster.nodes, threads=threads or 1, share=share)
    if workers is None:
        room = _free(cluster, threads or 1, share)
        workers = room if most is None else min(room, most)
        if not workers:
            raise InputError(
                f"the cluster is busy: {cluster.free_cpus:g} CPUs and {cluster.free_gpus:g} GPUs"
                " are free; wait, or say how many trainings shall wait for room with --workers"
            )
        if not share:
            threads = threads or 1
    return Resources(
        workers=workers,
        threads=threads or _threads(cluster.nodes, workers, share),
        gpus_per_trial=share,
    )


def check_room(nodes: Sequence[Node], *, threads: int, share: float) -> None:
    """InputError where no single node holds a training: Ray would wait for ever."""
    if any(node.holds(threads=threads, share=share) for node in nodes):
        return
    held = (f"{node.cpus} CPUs, {node.gpus} GPUs" for node in nodes)
    raise InputError(
        f"a trial asks for {threads} CPUs and {share:g} GPUs on one node; there are"
        f" {'; '.join(sorted(set(held))) or 'no nodes'}; lower --gpus-per-trial or raise --workers"
    )


def _free(cluster: Cluster, threads: int, share: float) -> int:
    """By what is free in sum, for Ray does not say which node's it is."""
    room = sum(node.holds(threads=threads, share=share) for node in cluster.nodes)
    if share:
        room = min(room, int(cluster.free_gpus / share))
    return min(room, int(cluster.free_cpus / threads))


def _threads(nodes: Sequence[Node], workers: int, share: float) -> int:
    """The most with which all workers have room, or 1."""
    for threads in range(max(node.cpus for node in nodes), 1, -1):
        if sum(node.holds(threads=threads, share=share) for node in nodes) >= workers:
            return threads
    return 1


def _sharing(share: float, gpus: int) -> int:
    return int(gpus / share) if share >= 1 else gpus * int(1 / share)
