"""Which device a training runs on, what it is called in the records, and how it computes there."""

import platform
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Literal, get_args

import torch

from nas.core.errors import InputError
from nas.evaluation.errors import NoDeviceError

Asked = Literal["auto", "cpu", "cuda"]

# How images and kernels lie in memory. On one core of a CPU, training steps of a small hybrid of
# convolutions and attention took 0.44 s with channels last, 0.61 s without; GPUs want it, too.
LAYOUT = torch.channels_last


def pick_device(asked: Asked) -> torch.device:
    """The device for "cpu", "cuda", or "auto": a GPU where there is one.

    NoDeviceError if a GPU is asked for and none can be used; never a silent fall back to the CPU.
    Ray hides all GPUs from a trial that reserves none, so a driver resolves "auto" before it starts
    trials, and asks them for "cpu" or "cuda".
    """
    if asked not in get_args(Asked):
        raise InputError(f"--device: expected {', '.join(get_args(Asked))}; got {asked!r}")
    if asked == "cpu" or (asked == "auto" and not torch.cuda.is_available()):
        return torch.device("cpu")
    return _gpu()


def _gpu() -> torch.device:
    """The first GPU that this process sees, tried out."""
    if not torch.cuda.is_available():
        raise NoDeviceError(
            "--device cuda: expected a GPU; this process sees none; check the driver, give the"
            " trials a GPU (--gpus-per-trial), or take --device cpu"
        )
    device = torch.device("cuda", torch.cuda.current_device())
    try:
        torch.zeros(1, device=device)
    except RuntimeError as error:
        reason = str(error).strip().partition("\n")[0]
        raise NoDeviceError(
            f"--device cuda: a GPU is there but cannot be used: {reason}; or take --device cpu"
        ) from error
    return device


def device_name(device: torch.device) -> str:
    """As recorded with every score: "cpu", or "cuda: NVIDIA H200"."""
    if device.type != "cuda":
        return device.type
    return f"cuda: {torch.cuda.get_device_name(device)}"


def processor() -> str:
    """As Linux names it; elsewhere the kind of machine."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def precision(device: torch.device) -> AbstractContextManager[object]:
    """bfloat16 where a GPU gains by it, float32 elsewhere."""
    if device.type == "cuda":
        return torch.autocast("cuda", dtype=torch.bfloat16)
    return nullcontext()
