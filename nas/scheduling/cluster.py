"""What a search asks a cluster before it begins: on what its trials run, and how many at a time.

The machine of the driver may be the smallest of the cluster, so that it says nothing about either.
"""

from typing import Literal

from nas.core.errors import InputError
from nas.scheduling.base import Resources
from nas.scheduling.environment import configure
from nas.scheduling.room import Cluster, shared_out


def cluster_device(address: str, asked: Literal["auto", "cpu", "cuda"]) -> Literal["cpu", "cuda"]:
    """The device of all trials: GPUs where a node has one, unless something else is asked for.

    InputError where GPUs are asked for and no node has one, or the cluster cannot be joined.
    """
    if asked == "cpu":
        return "cpu"
    has_gpus = any(node.gpus for node in _look(address).nodes)
    if asked == "cuda" and not has_gpus:
        raise InputError(f"--device cuda: no node of the cluster at {address} has a GPU")
    return "cuda" if has_gpus else "cpu"


def cluster_resources(
    address: str,
    *,
    workers: int | None,
    share: float,
    threads: int | None = None,
    most: int | None = None,
) -> Resources:
    """See `nas.scheduling.room.shared_out`; InputError also where it cannot be joined."""
    return shared_out(_look(address), workers=workers, share=share, threads=threads, most=most)


def _look(address: str) -> Cluster:
    configure(address)
    from nas.scheduling.connection import look

    return look(address)
