"""Contexts in which the same work gives the same bits, and which leave no trace outside."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[None]:
    """Torch's default generators start at `seed` inside and are as they were outside.

    Initialisation and stochastic depth draw from them.
    """
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        yield


@contextmanager
def deterministic_convolutions() -> Iterator[None]:
    """cuDNN picks convolutions by rule, not by racing them: the same ones in every process."""
    with torch.backends.cudnn.flags(
        enabled=True, benchmark=False, deterministic=True, allow_tf32=True
    ):
        yield


@contextmanager
def thread_count(threads: int | None) -> Iterator[None]:
    """Torch computes with so many threads inside; None leaves their number alone.

    Sums are split by threads, so results are equal bit for bit only at an equal number of them.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(before if threads is None else threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
