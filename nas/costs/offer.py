"""What a space may offer, beside its protocol, so that its costs can be checked layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from torch import nn

from nas.core.cost import Cost
from nas.core.fidelity import Setting
from nas.core.space import Configuration, SearchSpace

Image = tuple[int, int, int]  # channels, rows, columns
Shape = tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """What one image costs in an operation: `other` is in the FLOPs, but is no MAC (norms)."""

    macs: int = 0
    other: int = 0

    @property
    def flops(self) -> int:
        """fvcore's total in train mode."""
        return self.macs + self.other


# The module that runs an operation, the shapes of its arguments (None for what is no tensor, empty
# for a number) and the shape of its first result.
Handler = Callable[[nn.Module, Sequence[Shape | None], Shape], Counted]
Handlers = Mapping[tuple[str, str], Handler]  # by class of the module and operation ("aten::mean")


@dataclass(frozen=True, kw_only=True)
class Verification:
    """A second description of a space's networks; all of it must build on the meta device.

    Attributes:
        image: shape of one image of a configuration.
        plain: the same network without fused operations, for a counter that knows none; its
            modules are named as those of `SearchSpace.build` are.
        layer_costs: closed-form costs by the names of modules, which sum to `SearchSpace.cost`;
            each such module is called, and none lies within another. Empty: only totals compare.
        handlers: how operations that a class of modules fuses are counted.
        flops: whether the space's FLOPs are fvcore's total in train mode.
    """

    image: Callable[[Configuration], Image]
    plain: Callable[[Configuration], nn.Module]
    layer_costs: Callable[[Configuration], Mapping[str, Cost]] = lambda _: {}
    handlers: Handlers = field(default_factory=dict)
    flops: bool = False


def verification_of(space: SearchSpace, setting: Setting) -> Verification:
    """The space's attribute `verification`; without one, what it builds is its own plain form.

    Then the images are those of `setting`, as the configuration cannot be asked.
    """
    offered = getattr(space, "verification", None)
    if isinstance(offered, Verification):
        return offered
    image = (setting.channels, setting.resolution, setting.resolution)
    return Verification(image=lambda _: image, plain=space.build)
