"""Sees the rectifiers of a network as torch computes them, be they modules or calls in a forward.

Hooks on modules would miss the calls. Code that bypasses torch for speed has to step aside while a
dispatch mode is active, as it must for every tool that looks into a network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import Tensor
from torch._ops import OpOverload
from torch.utils._python_dispatch import TorchDispatchMode

# Torch's operations that let positive numbers pass and hold negative ones back, sharply or not.
RECTIFIERS = frozenset(
    {
        *("relu", "leaky_relu", "_prelu_kernel", "rrelu_with_noise", "threshold"),
        "hardtanh",  # which is what ReLU6 becomes
        *("gelu", "silu", "elu", "celu", "mish", "hardswish", "softplus"),
    }
)


class Watch(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Inside, every operation passes by; `see` gets the input of each rectifier, in order."""

    def __init__(self, see: Callable[[Tensor], None] = lambda _: None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._see = see

    def __torch_dispatch__(
        self,
        func: OpOverload[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Show the input, which an operation in place is about to overwrite, and go on."""
        if func.overloadpacket.__name__.removesuffix("_") in RECTIFIERS:
            self._see(args[0])
        return func(*args, **(kwargs or {}))
