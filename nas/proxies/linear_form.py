"""A network as a sum over its paths: inside this mode, only the weights act on the signal.

For positive signals and weights a rectifier is the identity anyway. What normalises would divide
the paths' sum by itself: after it, no weight before it could change the output's scale.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode

# Functions of torch by name, whether of torch, of a tensor or of torch.nn.functional, in place
# or not.
IDENTITIES = frozenset(
    {
        *("relu", "relu6", "leaky_relu", "prelu", "rrelu", "hardtanh", "threshold", "tanh"),
        *("gelu", "silu", "elu", "celu", "selu", "mish", "hardswish", "softplus"),
    }
)
SHARES = frozenset({"softmax", "sigmoid", "hardsigmoid"})


class LinearForm(TorchFunctionMode):
    """Activations pass the signal on; norms keep their scale and shift, and normalise nothing.

    Shares (softmax, sigmoid) weigh paths. They are what they are without a signal, equal or one
    half, as they nearly are in a new network on normalised signals; of those that grow from layer
    to layer here, each would go to one path alone. So no path leads through what shares are made
    of. torch.nn.MultiheadAttention is not looked into.
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """The linear form of a function that has one; of others, what they compute."""
        named = kwargs or {}
        if func in _REPLACED:
            return _REPLACED[func](*args, **named)
        name = getattr(func, "__name__", "").strip("_")
        if name in IDENTITIES:
            return args[0]
        if name in SHARES:
            return func(torch.zeros_like(args[0]), *args[1:], **named)
        return func(*args, **named)


def _batch_norm(
    x: Tensor,
    mean: Tensor | None = None,
    variance: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    *_: object,
    **__: object,
) -> Tensor:
    return _affine(x, _along_channels(weight, x), _along_channels(bias, x))


def _group_norm(
    x: Tensor,
    groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    *_: object,
    **__: object,
) -> Tensor:
    return _affine(x, _along_channels(weight, x), _along_channels(bias, x))


def _layer_norm(
    x: Tensor,
    shape: object,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    *_: object,
    **__: object,
) -> Tensor:
    return _affine(x, weight, bias)


def _attention(query: Tensor, key: Tensor, value: Tensor, *rest: Any, **named: Any) -> Tensor:
    nothing, none = torch.zeros_like(query), torch.zeros_like(key)
    return F.scaled_dot_product_attention(nothing, none, value, *rest, **named)


def _affine(x: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
    scaled = x if weight is None else x * weight
    return scaled if bias is None else scaled + bias


def _along_channels(parameter: Tensor | None, x: Tensor) -> Tensor | None:
    """c -> c 1 1, for b c h w."""
    return None if parameter is None else parameter.reshape(-1, *[1] * (x.ndim - 2))


_REPLACED: Mapping[Callable[..., Any], Callable[..., Tensor]] = {
    F.batch_norm: _batch_norm,
    F.instance_norm: _batch_norm,
    F.group_norm: _group_norm,
    F.layer_norm: _layer_norm,
    F.rms_norm: _layer_norm,
    F.scaled_dot_product_attention: _attention,
}
