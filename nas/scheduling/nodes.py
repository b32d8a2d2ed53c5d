"""The machines of the cluster: what they hold, and whether they can train at all."""

from typing import Any

import ray
from ray.exceptions import GetTimeoutError, RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from nas.core.errors import InputError
from nas.evaluation.job import run_job
from nas.scheduling.base import Resources
from nas.scheduling.room import Node, check_room
from nas.scheduling.watch import Door, opens

START_SECONDS = 300.0  # for code to be shipped, and torch to be read from a slow disk


def node_table() -> list[dict[str, Any]]:
    """What Ray tells of each node that was ever part of the cluster, dead ones included."""
    return list(ray.nodes())  # type: ignore[no-untyped-call]


def dead_nodes() -> int:
    """How many have died so far, as far as Ray knows."""
    return sum(not node["Alive"] for node in node_table())


def lost_nodes() -> int:
    """How many have died, those included of which Ray finds out only in some seconds."""
    return sum(not (node["Alive"] and opens(door(node), seconds=2.0)) for node in node_table())


def door(node: dict[str, Any]) -> Door:
    """Where a node's raylet listens."""
    return node["NodeManagerAddress"], int(node["NodeManagerPort"])


def alive_nodes() -> tuple[Node, ...]:
    """Those of the cluster that this process has joined."""
    held = (node["Resources"] for node in node_table() if node["Alive"])
    return tuple(Node(cpus=int(it.get("CPU", 0)), gpus=int(it.get("GPU", 0))) for it in held)


def check_nodes(resources: Resources) -> None:
    """InputError where no node holds a training, or one that would get some cannot import ours."""
    check_room(alive_nodes(), threads=resources.threads, share=resources.gpus_per_trial)
    for node in node_table():
        if not node["Alive"] or node["Resources"].get("CPU", 0) < resources.threads:
            continue
        there = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
        ready = ray.remote(_ready).options(num_cpus=0, scheduling_strategy=there)
        try:
            ray.get(ready.remote(), timeout=START_SECONDS)
        except (RayError, GetTimeoutError) as error:
            lines = [line for line in str(error).splitlines() if line.strip()]
            raise InputError(
                f"ray: {node['NodeManagerAddress']} cannot run trainings:"
                f" {type(error).__name__}: {lines[-1].strip()[:200] if lines else 'no answer'}"
            ) from error


def _ready() -> bool:
    """Found by name in the worker, which takes our code and torch with it."""
    return callable(run_job)
