"""How many calls some work makes: of torch's operators, and of a GPU's kernels."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch._C._autograd import DeviceType
from torch.profiler import ProfilerActivity, profile

from benchmarks.step import Work, wait

# Bookkeeping of the backward pass and of the profiler, no operators.
BOOKKEEPING = ("autograd::", "torch::autograd::", "profiler::")
NOT_KERNELS = ("Memcpy", "Memset")


@dataclass(frozen=True, kw_only=True)
class Calls:
    """Of one run.

    asked: operators that the program or autograd called; what an operator calls is not among them.
    leaves: operators that call no other, where the work is done; views are among them.
    kernels: launched on the GPU; None without one.
    """

    asked: int
    leaves: int
    kernels: int | None


def calls_of(work: Work, device: torch.device) -> Calls:
    """Counted by torch's profiler, in a run after one that does not count."""
    work()
    wait(device)
    on_gpu = device.type == "cuda"
    activities = [ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if on_gpu else [])]
    with profile(activities=activities) as seen:
        work()
        wait(device)
    events = list(seen.events() or ())
    callers = Counter(_callers(events))
    operators = sum(callers.values())
    return Calls(
        asked=callers[None],
        leaves=operators - len(callers.keys() - {None}),
        kernels=sum(map(_is_kernel, events)) if on_gpu else None,
    )


def _callers(events: Iterable[Any]) -> Iterator[int | None]:
    """For each operator, the operator that called it, if one did."""
    for event in filter(_is_operator, events):
        caller = event.cpu_parent
        while caller is not None and not _is_operator(caller):
            caller = caller.cpu_parent
        yield None if caller is None else caller.id


def _is_operator(event: Any) -> bool:
    """Operators are named `namespace::name`, as `aten::mm`; so may be ranges of the profiler."""
    on_cpu = event.device_type == DeviceType.CPU
    return on_cpu and "::" in event.name and not event.name.startswith(BOOKKEEPING)


def _is_kernel(event: Any) -> bool:
    return (
        event.device_type == DeviceType.CUDA
        and not event.is_user_annotation
        and not event.name.startswith(NOT_KERNELS)
    )
