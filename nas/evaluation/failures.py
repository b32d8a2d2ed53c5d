"""What went wrong with a trial, named: the kind, and one line for people."""

import torch

from nas.core.evaluation import FailureKind
from nas.evaluation.errors import DataDiffersError, Diverged, NoDeviceError

LONGEST = 300  # characters of a message
MEMORY_WORDS = ("not enough memory", "out of memory", "can't allocate memory")  # of the CPU's


def kind_of(error: Exception) -> FailureKind:
    """Diverged, out of memory, no device, other data, or just an error."""
    if isinstance(error, Diverged):
        return "diverged"
    if isinstance(error, NoDeviceError):
        return "no-device"
    if isinstance(error, DataDiffersError):
        return "data-differs"
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return "out-of-memory"
    said = str(error).lower()
    if isinstance(error, RuntimeError) and any(words in said for words in MEMORY_WORDS):
        return "out-of-memory"
    return "error"


def message_of(error: Exception) -> str:
    """One line, with the type of any error that is not our own."""
    said = " ".join(str(error).split())
    ours = type(error).__module__.startswith("nas.")
    text = said if ours and said else f"{type(error).__name__}: {said}"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
