"""The machine a figure was measured on, and how a figure is taken: best and median of several."""

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch

from nas.evaluation.device import processor

WARM = 2  # uncounted runs: the first makes an optimiser's state, the second finds its memory


@dataclass(frozen=True)
class Timing:
    """Seconds of several runs of the same work."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.seconds)

    @property
    def spread(self) -> float:
        """Slowest over fastest."""
        return max(self.seconds) / min(self.seconds)

    def speedup(self, against: "Timing") -> float:
        """How many times as long the other takes, by the medians."""
        return against.median / self.median


def timed(work: Callable[[], object], *, runs: int) -> Timing:
    """Run the work so many times, after one run that does not count."""
    work()
    return Timing(tuple(_seconds(work) for _ in range(runs)))


def side_by_side(works: Mapping[str, Callable[[], object]], *, runs: int) -> dict[str, Timing]:
    """Run all in turns, A, B, A, B, ..., so that what slows the machine slows them alike."""
    for work in works.values():
        for _ in range(WARM):
            work()
    rounds = [{name: _seconds(work) for name, work in works.items()} for _ in range(runs)]
    return {name: Timing(tuple(seconds[name] for seconds in rounds)) for name in works}


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def machine() -> str:
    """Processor, cores, accelerator, torch, and how busy the machine was."""
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    return (
        f"{processor()}, {os.cpu_count()} cores, {device}, torch {torch.__version__},"
        f" Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} at the start"
    )
