"""Second way: fvcore counts the network as it is trained, from a trace of one image.

fvcore knows neither gates nor fused kernels; a space says by the module's class what its fused
operations stand for. An operation that is neither counted nor free is an error, never a zero.
"""

from __future__ import annotations

from collections import Counter

import torch
from fvcore.nn import FlopCountAnalysis
from torch import nn

from nas.costs.offer import Counted, Handlers, Image, Shape
from nas.costs.operations import FREE, OTHERS, PRODUCTS, UncountedError, Values, get_shape

MACS, OTHER = "macs", "other"
NETWORK = "the network"
FRESH = tuple(f"aten::{name}" for name in ("zeros", "ones", "empty", "full", "new_"))


def fvcore_counts(model: nn.Module, image: Image, handlers: Handlers) -> dict[str, Counted]:
    """Cost of one image by the names of modules, "" for the network; a module holds its parts'.

    The network is traced on its device, in eval mode; normalisation counts as in train mode.

    Raises:
        UncountedError: for an operation that is neither counted nor free, by name and module.
    """
    analysis = FlopCountAnalysis(model.eval(), torch.zeros(1, *image))
    analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    analysis.clear_op_handles()
    analysis.set_op_handle(**_handles(model, handlers))
    with torch.no_grad():
        counts = analysis.by_module_and_operator()
    unknown = set(analysis.unsupported_ops()) - FREE
    if unknown:
        named = {op: _innermost(analysis, op) for op in sorted(unknown)}
        raise UncountedError("; ".join(_uncounted(op, module) for op, module in named.items()))
    never = analysis.uncalled_modules()
    return {
        name: Counted(macs=count[MACS], other=count[OTHER])
        for name, count in counts.items()
        if name not in never  # what runs under another module's name is counted there
    }


def _handles(model: nn.Module, handlers: Handlers) -> dict[str, _Handle]:
    modules = dict(model.named_modules())
    of_images = _OfImages()
    ops = {*PRODUCTS, *OTHERS, *(op for _, op in handlers)}
    return {op: _Handle(op, modules, handlers, of_images) for op in sorted(ops)}


class _Handle:
    """One operation's count: the module's own handler, else the formula for every module."""

    def __init__(
        self, op: str, modules: dict[str, nn.Module], handlers: Handlers, of_images: _OfImages
    ) -> None:
        self._op, self._modules, self._handlers = op, modules, handlers
        self._of_images = of_images

    def __call__(self, inputs: Values, outputs: Values) -> Counter[str]:
        if not any(self._of_images(value) for value in inputs):
            return Counter()
        name = outputs[0].node().scopeName().split("/")[-1]
        module, op = self._modules[name], self._op
        own = self._handlers.get((type(module).__name__, op))
        if own is not None:
            counted = own(module, [_shape(value) for value in inputs], tuple(get_shape(outputs[0])))
            return Counter({MACS: counted.macs, OTHER: counted.other})
        if op in PRODUCTS:
            return Counter({MACS: int(PRODUCTS[op](inputs, outputs))})
        if op in OTHERS:
            return Counter({OTHER: int(OTHERS[op](inputs, outputs))})
        if op in FREE:
            return Counter()
        raise UncountedError(_uncounted(op, f"{name or NETWORK} ({type(module).__name__})"))


class _OfImages:
    """Whether a value of the traced graph may depend on the images, its first input.

    A trace does not say what is later written into fresh memory, so that counts as of the images.
    """

    def __init__(self) -> None:
        self._known: dict[int, bool] = {}

    def __call__(self, value: torch._C.Value) -> bool:
        pending = [value]
        while pending:
            last = pending[-1]
            node = last.node()
            if last.unique() in self._known:
                pending.pop()
            elif node.kind() == "prim::Param":
                self._known[last.unique()] = last.unique() == next(iter(node.outputs())).unique()
            elif node.kind().startswith(FRESH):
                self._known[last.unique()] = True
            else:
                parents = list(node.inputs())
                open_ones = [one for one in parents if one.unique() not in self._known]
                pending += open_ones
                if not open_ones:
                    self._known[last.unique()] = any(self._known[one.unique()] for one in parents)
        return self._known[value.unique()]


def _shape(value: torch._C.Value) -> Shape | None:
    shape = get_shape(value)
    return None if shape is None else tuple(shape)


def _innermost(analysis: FlopCountAnalysis, op: str) -> str:
    names = [name for name in analysis.by_module() if analysis.unsupported_ops(name)[op]]
    return max(names, key=len) or NETWORK


def _uncounted(op: str, module: str) -> str:
    return (
        f"{op} in {module}: neither counted nor known to be free; add a handler to the space's"
        " verification, or the operation to nas.costs.operations"
    )
