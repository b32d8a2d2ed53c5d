"""The most memory that a training takes: torch's on a GPU, the process's on a CPU."""

import ctypes
from pathlib import Path

import torch

PROCESS = Path("/proc/self")


def forget_peak(device: torch.device) -> None:
    """Begin anew, so that `peak_bytes` is that of what follows.

    On a CPU, memory that earlier trainings left to the allocator goes back to the system first:
    it would count as this one's. That takes 30 ms, and the first step 0.15 s longer.
    """
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        return
    try:
        ctypes.CDLL(None).malloc_trim(0)
        (PROCESS / "clear_refs").write_text("5")  # proc(5): resets the high-water mark
    except (OSError, AttributeError):  # not Linux, not glibc, or not allowed
        pass


def peak_bytes(device: torch.device) -> int:
    """Since `forget_peak`: what torch's tensors took on a GPU; on a CPU, what the process held.

    The latter is resident memory, with interpreter, libraries and data (some 0.3 GB): what a worker
    needs. 0 where it is not known.
    """
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    try:
        lines = (PROCESS / "status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        return 0
