"""What went wrong with a trial, named: the kind, and one line for people."""

import errno
from collections.abc import Iterator

import torch

from nas.core.evaluation import Failure, FailureKind
from nas.core.guard import words_of
from nas.data import DataError
from nas.evaluation.errors import DataDiffersError, Diverged, NoDeviceError, OutOfTime
from nas.evaluation.limit import EXIT

LONGEST = 300  # characters of a message
MEMORY_WORDS = (  # of those who raise a plain RuntimeError
    *("not enough memory", "out of memory", "can't allocate memory"),  # PyTorch, CUDA
    *("bad_alloc", "alloc_failed"),  # C++; cuBLAS and cuDNN
)


def failure_of(error: BaseException, *, seconds: float, device: str) -> Failure:
    """The outcome of a trial that ended with an exception, after so many seconds."""
    return Failure(kind=kind_of(error), message=message_of(error), seconds=seconds, device=device)


def kind_of(error: BaseException) -> FailureKind:
    """The first kind among an error and those that it comes from; "error" if there is none.

    Libraries and spaces wrap what they meet into errors of their own.
    """
    return next((kind for cause in _behind(error) if (kind := _kind(cause))), "error")


def kind_of_death(seconds: float, limit: float | None) -> FailureKind:
    """Of a worker that ended without a word: at its time limit, where it was due, or died.

    `seconds` since it was started, `limit` of its job; see `nas.evaluation.limit`.
    """
    return "timeout" if limit is not None and seconds >= limit + EXIT else "worker-died"


def message_of(error: BaseException) -> str:
    """One line, with the type of any error that is not our own."""
    said = words_of(error)
    ours = type(error).__module__.startswith("nas.")
    return shortened(said if ours and said else f"{type(error).__name__}: {said}")


def shortened(text: str) -> str:
    """At most `LONGEST` characters of it."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _kind(error: BaseException) -> FailureKind | None:
    named: tuple[tuple[type[BaseException], FailureKind], ...] = (
        (Diverged, "diverged"),
        (OutOfTime, "timeout"),
        (NoDeviceError, "no-device"),
        (DataDiffersError, "data-differs"),
        (DataError, "no-data"),
    )
    if _no_memory(error):
        return "out-of-memory"
    return next((kind for type_, kind in named if isinstance(error, type_)), None)


def _no_memory(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    said = str(error).lower() if isinstance(error, RuntimeError) else ""
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or any(
        words in said for words in MEMORY_WORDS
    )
