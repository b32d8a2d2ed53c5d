"""What a forward pass puts out and keeps, layer by layer, counted while it happens.

Layers are given by the names of `named_modules`, and none lies within another.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

PRODUCTS = ("convolution", "addmm", "mm", "bmm")  # what linear layers and products come down to


class PutOut(TorchDispatchMode):
    """Hands the number of elements that each convolution or product puts out to a listener."""

    def __init__(self, listener: Callable[[int], None]) -> None:
        super().__init__()
        self.listener = listener

    def __torch_dispatch__(
        self, operation: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        out = operation(*args, **(kwargs or {}))
        if operation.overloadpacket.__name__ in PRODUCTS:
            self.listener(out.numel())
        return out


@contextmanager
def by_layer(model: nn.Module, layers: Iterable[str]) -> Iterator[tuple[Counter, Callable]]:
    """A tally, and a function that adds to the entry of the layer that runs."""
    tally: Counter[str] = Counter()
    running = [""]

    def enters(layer: str) -> Callable[..., None]:
        return lambda *_: running.__setitem__(0, layer)

    hooks = [
        model.get_submodule(layer).register_forward_pre_hook(enters(layer)) for layer in layers
    ]
    try:
        yield tally, lambda number: tally.update({running[0]: number})
    finally:
        for hook in hooks:
            hook.remove()


def elements_put_out(model: nn.Module, layers: Iterable[str], images: Tensor) -> Counter:
    """By convolutions, linear layers and products of two activations."""
    with torch.no_grad(), by_layer(model, layers) as (tally, add), PutOut(add):
        model(images)
    return tally


def bytes_kept(model: nn.Module, layers: Iterable[str], images: Tensor) -> Counter:
    """Of storages that autograd keeps for the backward pass, by the layer that first keeps them.

    Parameters and buffers do not count, and a storage counts once and whole.
    """
    known = {value.untyped_storage() for value in (*model.parameters(), *model.buffers())}
    with by_layer(model, layers) as (tally, add):

        def keep(value: Tensor) -> None:
            """Hands nothing on: an output that its own graph held would keep both for ever."""
            storage = value.untyped_storage()
            if storage not in known:
                known.add(storage)  # and so it lives, and no later one takes its place
                add(storage.nbytes())

        with torch.autograd.graph.saved_tensors_hooks(keep, lambda value: value):
            model(images)
    return tally


def bytes_kept_per_image(
    model: nn.Module, layers: Iterable[str], images: Tensor
) -> dict[str, float]:
    """What the last image of a batch adds to what is kept without it, layer by layer."""
    layers = list(layers)
    before, after = (bytes_kept(model, layers, batch) for batch in (images[:-1].clone(), images))
    return {layer: after[layer] - before[layer] for layer in layers}
