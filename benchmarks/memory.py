"""The most memory that a step holds at once."""

import itertools

import torch
from torch.profiler import ProfilerActivity, profile

from benchmarks.step import Work, wait


def peak_bytes(work: Work, device: torch.device) -> int:
    """Bytes that torch's allocator has given out at the work's peak, above what was there before.

    For a training step: activations, gradients and what is in passing; weights and the optimiser's
    state are there before. On a CPU, each block that is handed out and taken back is added up;
    memory that a library gets from the system itself is not seen.
    """
    work()
    if device.type == "cuda":
        before = torch.cuda.memory_allocated(device)
        torch.cuda.reset_peak_memory_stats(device)
        work()
        wait(device)
        return torch.cuda.max_memory_allocated(device) - before
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen:
        work()
    assert seen.profiler is not None
    blocks = [
        (event.start_ns(), event.nbytes())
        for event in seen.profiler.kineto_results.events()
        if event.name() == "[memory]"
    ]
    blocks.sort(key=lambda block: block[0])  # stable: of two at one time, the first stays first
    sizes: list[int] = [size for _, size in blocks]
    return max(itertools.accumulate(sizes), default=0)
