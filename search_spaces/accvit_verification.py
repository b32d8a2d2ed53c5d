"""How the costs of an ACC-ViT are checked: its plain form, its layers, and what its modules fuse.

Handlers count what an operation of the fast network stands for in the architecture, from the
shapes that were traced:

- a gate's logits, one fused multiply-add, are a 1 x 1 convolution with one group per channel; the
  weighting of the branches by their shares is element by element, and free;
- all branches of an attention normalise the same input, each with a scale and bias of its own,
  which are folded into the next weights: one normalisation a branch;
- the means of squeeze-and-excitation and head are adaptive average pools.
"""

from collections.abc import Sequence
from math import prod

from torch import nn

from accvit_blocks import ACCViTConfig, layer_counts
from accvit_blocks.plain import PlainACCViT
from nas.core.cost import Cost
from nas.costs import Counted, Shape, Verification

Shapes = Sequence[Shape | None]
NORMALISED = 5  # FLOPs of an element, as fvcore counts in train mode


def _gate(gate: nn.Module, arguments: Shapes, out: Shape) -> Counted:
    logits = len(out) == 5  # n b h w c
    return Counted(macs=prod(out)) if logits else Counted()


def _branch_norms(attention: nn.Module, arguments: Shapes, out: Shape) -> Counted:
    branches = attention.get_parameter("norm_weight").numel() // out[-1]
    return Counted(other=NORMALISED * branches * prod(out))


def _pool(module: nn.Module, arguments: Shapes, out: Shape) -> Counted:
    assert arguments[0] is not None
    return Counted(other=prod(arguments[0]))


def _image(config: ACCViTConfig) -> tuple[int, int, int]:
    return config.channels, config.image_size, config.image_size


def _layer_costs(config: ACCViTConfig) -> dict[str, Cost]:
    return {
        layer: Cost(params=count.params, macs=count.macs, flops=count.flops)
        for layer, count in layer_counts(config).items()
    }


VERIFICATION = Verification(
    image=_image,
    plain=PlainACCViT,
    layer_costs=_layer_costs,
    handlers={
        ("Gate", "aten::addcmul"): _gate,
        ("WindowAttention", "aten::layer_norm"): _branch_norms,
        ("SqueezeExcitation", "aten::mean"): _pool,
        ("Head", "aten::mean"): _pool,
    },
    flops=True,
)
