"""Members of a space and the settings at which each is counted, in as many processes as wanted."""

import signal
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from typing import Any

import torch

from nas.core.fidelity import Setting, UnrepresentableError
from nas.core.guard import told
from nas.core.knob import Value
from nas.core.space import SearchSpace, find_space, key_of
from nas.costs.operations import UncountedError
from nas.costs.stratified import stratified
from nas.costs.verify import verify

SETTINGS = (
    Setting(),
    Setting(resolution=64, classes=10),
    Setting(),
    Setting(resolution=96, classes=7, channels=1),
)


@dataclass(frozen=True)
class Task:
    """A member at a setting, and its closed-form costs: what a kept result must be of."""

    key: str
    genome: dict[str, Value]
    setting: Setting
    closed: tuple[int, int, int]


def tasks(space: SearchSpace, number: int, *, seed: int) -> dict[str, Task]:
    """By key; members that a small space draws twice at one setting are one task."""
    drawn = enumerate(stratified(space, number, seed=seed))
    every = (_task(space, genome, SETTINGS[index % len(SETTINGS)]) for index, genome in drawn)
    return {task.key: task for task in every}


def check(name: str, task: Task) -> dict[str, Any]:
    """The result as JSON values: the task, disagreements in words, and how long it took."""
    start = time.monotonic()
    space = find_space(name)
    configuration = space.adapt(space.decode(task.genome), task.setting)
    try:
        said = verify(space, configuration, setting=task.setting).disagreements
    except UncountedError as error:
        said = (str(error),)
    except Exception as error:  # of a third party's network, which may not even compute
        said = (f"the network fails: {told(error)}",)
    return {
        "task": task.key,
        "genome": task.genome,
        "setting": asdict(task.setting),
        "closed": list(task.closed),
        "disagreements": list(said),
        "seconds": round(time.monotonic() - start, 3),
    }


def _task(space: SearchSpace, genome: dict[str, Value], setting: Setting) -> Task:
    try:
        configuration = space.adapt(space.decode(genome), setting)
    except UnrepresentableError:  # not every space holds every setting, but each its reference
        setting = Setting()
        configuration = space.adapt(space.decode(genome), setting)
    cost = space.cost(configuration)
    key = f"{key_of(genome)}-{setting.resolution}-{setting.classes}-{setting.channels}"
    closed = (cost.params, cost.macs, cost.flops)
    return Task(key=key, genome=genome, setting=setting, closed=closed)


def results(name: str, pending: Iterable[Task], *, jobs: int) -> Iterator[dict[str, Any]]:
    """In the order in which they are done; a single job is this process's."""
    if jobs == 1:
        yield from (check(name, task) for task in pending)
        return
    spawn = get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=spawn, initializer=_settle) as pool:
        try:
            for future in as_completed([pool.submit(check, name, task) for task in pending]):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _settle() -> None:
    """One thread a process, and Ctrl-C is for the parent to answer."""
    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
