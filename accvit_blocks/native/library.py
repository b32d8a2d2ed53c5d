"""Whether the kernels can be used here, and how they are called."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from functools import cache

import torch
from torch import Tensor, nn
from torch.profiler import record_function

from accvit_blocks.native.build import NotBuilt, built

_NAMES = {torch.float32: "float", torch.float64: "double"}
_disabled: ContextVar[bool] = ContextVar("native kernels disabled", default=False)


@contextmanager
def disabled() -> Iterator[None]:
    """Inside, blocks compute with torch's operations alone, which tools can look into."""
    token = _disabled.set(True)
    try:
        yield
    finally:
        _disabled.reset(token)


def usable(x: Tensor) -> bool:
    """Whether the kernels may compute on x: plain floats on a CPU, and nobody watching.

    Whoever traces, compiles or counts operations would not see what a kernel does, so they get
    torch's.
    """
    return (
        x.device.type == "cpu"
        and x.dtype in _NAMES
        and type(x) in (Tensor, nn.Parameter)
        and not _disabled.get()
        and not torch.is_autocast_enabled("cpu")
        and not torch.compiler.is_compiling()
        and torch._C._get_tracing_state() is None
        and not torch._C._len_torch_dispatch_stack()
        and missing() is None
    )


def missing() -> str | None:
    """Why there are no kernels on this machine, in a line; None where there are."""
    reason = _library()
    return reason if isinstance(reason, str) else None


@cache
def _library() -> ctypes.CDLL | str:
    if os.environ.get("ACCVIT_NATIVE") == "0":
        return "ACCVIT_NATIVE=0 turns them off"
    try:
        return ctypes.CDLL(str(built()))
    except (NotBuilt, OSError) as reason:
        return str(reason)


def call(name: str, *arguments: Tensor | int | None) -> None:
    """Run a kernel on contiguous tensors of one type, with torch's number of threads.

    Raises TypeError where they are of several: a kernel would read one as the other.
    """
    kind = next(argument.dtype for argument in arguments if isinstance(argument, Tensor))
    for argument in arguments:
        if isinstance(argument, Tensor) and argument.dtype not in (kind, torch.int64):
            raise TypeError(f"{name}: expected all of {kind}; got {argument.dtype} as well")
    # A profiler does not see what torch has not dispatched, unless it is told.
    watched = torch._C._autograd._profiler_enabled()
    with record_function(f"accvit::{name}") if watched else nullcontext():
        _kernel(name, kind)(*map(_passed, arguments), torch.get_num_threads())


@cache
def _kernel(name: str, kind: torch.dtype) -> ctypes._NamedFuncPointer:
    kernel = getattr(_library(), f"{name}_{_NAMES[kind]}")
    kernel.restype = None
    return kernel  # type: ignore[no-any-return]


def _passed(argument: Tensor | int | None) -> ctypes.c_void_p | ctypes.c_int64:
    if isinstance(argument, int):
        return ctypes.c_int64(argument)
    return ctypes.c_void_p(None if argument is None else argument.data_ptr())
