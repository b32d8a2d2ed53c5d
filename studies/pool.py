"""Processes for what a study computes, which end when it is stopped."""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context

from nas.core.errors import InputError
from nas.scheduling.environment import KEEP_MEMORY


@contextmanager
def processes(count: int) -> Iterator[ProcessPoolExecutor]:
    """So many, started afresh. InputError where one was killed."""
    os.environ.update(KEEP_MEMORY)  # which a worker reads when it starts
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"))
    try:
        yield pool
    except BrokenProcessPool as error:
        raise InputError(
            "a worker was killed, perhaps for its memory; the same command goes on, with fewer"
            " --workers if need be"
        ) from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
