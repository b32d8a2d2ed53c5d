"""Third way: torch's own counter, halved, on the plain form."""

from __future__ import annotations

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from nas.costs.offer import Image


def torch_counts(model: nn.Module, image: Image) -> dict[str, int]:
    """MACs of one image in convolutions, linear layers and products, by the names of modules.

    "" is the network; a module holds its parts' MACs, and one that has none is left out. torch's
    counter takes a multiply-accumulate for two operations, and what it does not know for none: it
    is asked for products only. The model is on the meta device, where shapes cost nothing.
    """
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model.eval()(torch.zeros(1, *image, device="meta"))
    root = type(model).__name__
    counts = {name: sum(of.values()) // 2 for name, of in counter.get_flop_counts().items()}
    within = {
        name.removeprefix(f"{root}."): macs
        for name, macs in counts.items()
        if name.startswith(f"{root}.")
    }
    return {"": counts.get("Global", 0), **within}
