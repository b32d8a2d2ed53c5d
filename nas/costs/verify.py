"""The cost model against itself: the same network counted three ways, layer by layer.

1. The closed form; its parameters are those of the modules, `sum(p.numel())`.
2. fvcore on the network that is trained, MACs and, where the space counts so, FLOPs.
3. torch's counter, halved, on the plain form: MACs.

What is compared is the cost of the architecture on one image. What several branches share by an
algebraic identity counts as often as the architecture has it; a space's handlers say so by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain

import torch
from torch import nn

from nas.core.cost import Cost
from nas.core.fidelity import Setting
from nas.core.space import Configuration, SearchSpace
from nas.costs.by_fvcore import fvcore_counts
from nas.costs.by_torch import torch_counts
from nas.costs.offer import Counted, Verification, verification_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One layer, or the total, counted three ways; `flops` says whether those are compared."""

    name: str
    closed: Cost
    params: int
    fvcore: Counted
    torch: int
    flops: bool

    @property
    def differences(self) -> dict[str, int]:
        """Counted less closed form, where that is not zero, by what was counted."""
        every = {
            "parameters": self.params - self.closed.params,
            "fvcore MACs": self.fvcore.macs - self.closed.macs,
            "torch MACs": self.torch - self.closed.macs,
            "fvcore FLOPs": self.fvcore.flops - self.closed.flops if self.flops else 0,
        }
        return {name: difference for name, difference in every.items() if difference}


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """All layers that the space names, and the total."""

    layers: tuple[Line, ...]
    total: Line

    @property
    def disagreements(self) -> tuple[str, ...]:
        """In words, nothing where all agree: "head: fvcore MACs +9"."""
        lines = (*self.layers, self.total)
        said = tuple(f"{line.name}: {in_words(line)}" for line in lines if line.differences)
        if self.layers:
            parts = [line.closed for line in self.layers]
            whole = self.total.closed
            sums = {
                "parameters": sum(part.params for part in parts) - whole.params,
                "MACs": sum(part.macs for part in parts) - whole.macs,
            }
            said += tuple(f"sum of the layers: {name} {by:+,}" for name, by in sums.items() if by)
        return said


def verify(
    space: SearchSpace, configuration: Configuration, *, setting: Setting | None = None
) -> Comparison:
    """Count a network three ways.

    Args:
        setting: where the configuration is, for a space that offers no `verification`, whose
            configurations cannot be asked; default: the reference.

    Raises:
        UncountedError: if the network runs an operation that is neither counted nor free.
    """
    offer = verification_of(space, setting or Setting())
    image = offer.image(configuration)
    model = _meta(space.build, configuration)
    counted = fvcore_counts(_zeros(model), image, offer.handlers)
    products = torch_counts(_meta(offer.plain, configuration), image)

    def line(name: str, module: str, closed: Cost) -> Line:
        return Line(
            name=name,
            closed=closed,
            params=parameters(model.get_submodule(module)),
            fvcore=counted.get(module, Counted()),
            torch=products.get(module, 0),
            flops=offer.flops,
        )

    layers = offer.layer_costs(configuration)
    return Comparison(
        layers=tuple(line(name, name, closed) for name, closed in layers.items()),
        total=line("total", "", space.cost(configuration)),
    )


def verify_quick(space: SearchSpace, configuration: Configuration) -> str | None:
    """How the closed form disagrees with the network, in words; None where it does not.

    Compares the parameters of the network built on the meta device and, for a space that offers a
    `verification`, the MACs that torch counts on its plain form: some tenths of a second.
    """
    closed = space.cost(configuration)
    counted = {"parameters": (closed.params, parameters(_meta(space.build, configuration)))}
    offered = getattr(space, "verification", None)
    if isinstance(offered, Verification):
        products = torch_counts(_meta(offered.plain, configuration), offered.image(configuration))
        counted["MACs"] = (closed.macs, products.get("", 0))
    for name, (said, real) in counted.items():
        if said != real:
            return f"the closed form has {said:,} {name}, the network {real:,} ({real - said:+,})"
    return None


def parameters(module: nn.Module) -> int:
    """sum(p.numel()), a shared parameter once."""
    return sum(parameter.numel() for parameter in module.parameters())


def in_words(line: Line) -> str:
    """The differences of a line: "fvcore MACs +9, torch MACs +9"; "0" where there is none."""
    return ", ".join(f"{name} {by:+,}" for name, by in line.differences.items()) or "0"


def _meta(build: Callable[[Configuration], nn.Module], configuration: Configuration) -> nn.Module:
    with torch.device("meta"):
        return build(configuration)


def _zeros(model: nn.Module) -> nn.Module:
    """On the CPU, all weights and buffers zero: a trace reads shapes, and drawing takes longer."""
    model = model.to_empty(device="cpu")
    with torch.no_grad():
        for tensor in chain(model.parameters(), model.buffers()):
            tensor.zero_()
    return model
