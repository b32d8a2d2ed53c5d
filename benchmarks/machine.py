"""The machine a figure was measured on, and how a figure is taken: best and median of several."""

import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch


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


def timed(work: Callable[[], object], *, runs: int) -> Timing:
    """Run the work so many times, after one run that does not count."""
    work()
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return Timing(tuple(seconds))


def machine() -> str:
    """Processor, cores, accelerator, torch, and how busy the machine was."""
    names = (
        [
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ]
        if Path("/proc/cpuinfo").exists()
        else []
    )
    name = names[0] if names else platform.processor()
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    return (
        f"{name}, {os.cpu_count()} cores, {device}, torch {torch.__version__},"
        f" Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} at the start"
    )
