"""What an operation costs: counted by fvcore's formulas or ours, or free; nothing in between.

Counted are the architecture's operations on an image. What depends on the weights alone (a scale
folded into the next layer's weights) is done once for all images and counts as nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

from fvcore.nn.jit_handles import (
    addmm_flop_jit,
    bmm_flop_jit,
    conv_flop_jit,
    elementwise_flop_counter,
    get_shape,
    linear_flop_jit,
    matmul_flop_jit,
    norm_flop_counter,
)

Values = list[Any]  # torch._C.Value, of a traced graph
Formula = Callable[[Values, Values], Any]


class UncountedError(ValueError):
    """An operation that nobody has said how to count; it would be a silent zero."""


def fused_attention(inputs: Values, outputs: Values) -> int:
    """Both products of scaled_dot_product_attention: ... t e, ... s e, ... s v -> ... t v."""
    query, key, value = (get_shape(tensor) for tensor in inputs[:3])
    logits = prod(query[:-1]) * key[-2]
    return int(logits * query[-1] + logits * value[-1])


def einsum(inputs: Values, outputs: Values) -> int:
    """A product of two tensors: one MAC for each combination of all indices."""
    equation = inputs[0].toIValue().replace(" ", "")
    shapes = [get_shape(operand) for operand in inputs[1].node().inputs()]
    terms = equation.partition("->")[0].split(",")
    if len(terms) != 2 or "." in equation:
        raise UncountedError(f"aten::einsum {equation!r}: expected a product of two tensors")
    sizes = {
        letter: size
        for term, shape in zip(terms, shapes, strict=True)
        for letter, size in zip(term, shape, strict=True)
    }
    return prod(sizes.values())


def _in_training(inputs: Values, outputs: Values) -> Any:
    """Batch norm costs what fvcore says of it in train mode, in whatever mode it is traced."""
    return norm_flop_counter(1)(inputs, outputs)


# Multiply-accumulates.
PRODUCTS: Mapping[str, Formula] = {
    "aten::_convolution": lambda inputs, outputs: conv_flop_jit(inputs, outputs)["conv"],
    "aten::linear": linear_flop_jit,
    "aten::matmul": matmul_flop_jit,
    "aten::mm": matmul_flop_jit,
    "aten::bmm": bmm_flop_jit,
    "aten::addmm": addmm_flop_jit,
    "aten::einsum": einsum,
    "aten::scaled_dot_product_attention": fused_attention,
}

# In the FLOPs only, as fvcore counts them: 5 (without weights 4) an element, 1 an element pooled.
OTHERS: Mapping[str, Formula] = {
    "aten::batch_norm": _in_training,
    "aten::layer_norm": norm_flop_counter(2),
    "aten::group_norm": norm_flop_counter(2),
    "aten::instance_norm": norm_flop_counter(1),
    "aten::adaptive_avg_pool2d": elementwise_flop_counter(1, 0),
}

# Negligible, beside what fvcore leaves out (shapes, copies, indices, relu, dropout). Sums and means
# are not here: where they pool a map, the paper's accounting counts them.
FREE = frozenset(
    f"aten::{name}{suffix}"
    for name in (
        *("add", "sub", "rsub", "mul", "div", "neg", "pow"),  # element by element
        *("gelu", "silu", "hardswish", "leaky_relu", "sigmoid", "tanh", "softmax"),  # activations
        *("avg_pool2d", "max_pool2d"),  # of a fixed size
        *("bernoulli", "feature_dropout"),  # stochastic depth
    )
    for suffix in ("", "_")
)

__all__ = ["FREE", "OTHERS", "PRODUCTS", "Formula", "UncountedError", "Values", "get_shape"]
