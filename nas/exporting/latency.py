"""How long one image takes here, for latency.json: on this machine only, and not of the proxy."""

import statistics
import time
from typing import Any

import torch
from torch import nn

from nas.core.fidelity import Setting
from nas.evaluation.device import processor

WARM_UP, TIMES = 5, 30


def measured(model: nn.Module, setting: Setting) -> dict[str, Any]:
    """Milliseconds of a forward pass of one image in float32: median and quartiles of `TIMES`.

    On the first GPU where there is one, else on the CPU; the model ends where it was.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    image = torch.zeros(1, setting.channels, setting.resolution, setting.resolution, device=device)
    model.to(device)
    with torch.inference_mode():
        taken = [_milliseconds(model, image) for _ in range(WARM_UP + TIMES)][WARM_UP:]
    model.to("cpu")
    first, median, third = statistics.quantiles(taken, n=4)
    return {
        "device": torch.cuda.get_device_name() if device == "cuda" else processor(),
        "threads": torch.get_num_threads(),
        "batch": 1,
        "dtype": "float32",
        "n": TIMES,
        "milliseconds": {"median": median, "quartiles": [first, third]},
        "torch": torch.__version__,
    }


def _milliseconds(model: nn.Module, image: torch.Tensor) -> float:
    start = time.perf_counter()
    model(image)
    if image.is_cuda:
        torch.cuda.synchronize()
    return 1000 * (time.perf_counter() - start)
