"""How far the space of ACC-ViT reaches: how many networks, and which are cheapest and dearest."""

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Any

from nas.core.knob import Value
from nas.core.space import Choices
from search_spaces.accvit_knobs import STAGE_PARTS, branched, dilations


def size(choices: Choices) -> int:
    """Canonical configurations: valid widths and heads, dead knobs counted once."""
    every, lone = (
        prod(_stage_size(choices, index, several=several) for index in range(4))
        for several in (True, False)
    )
    convs, forms = choices["conv_dilations"], len(choices["fusion"])
    # Fusion is dead, and counts once, only where nothing has branches to fuse.
    unfused = sum(not branched(held) for held in convs) * lone
    alive = len(convs) * every * forms - unfused * (forms - 1)
    return len(choices["stem_width"]) * len(choices["se"]) * alive


def _stage_size(choices: Choices, index: int, *, several: bool) -> int:
    """Canonical stages; without `several`, only those that have a single dilation."""
    of = _of_stage(choices, index)
    shapes = sum(
        int(width) % int(head_dim) == 0 for width, head_dim in product(of["width"], of["head_dim"])
    )
    single = sum(not branched(held) for held in of["dilations"])
    forms = single * len({"shared" if mlp == "per-branch" else mlp for mlp in of["mlp"]})
    if several:
        forms += (len(of["dilations"]) - single) * len(of["mlp"])
    return shapes * len(of["depth"]) * len(of["mlp_ratio"]) * forms


def extremes(choices: Choices, pick: Any) -> Iterator[dict[str, Value]]:
    """Genomes among which the cheapest (`pick` min) or dearest (max) is; none, if none is valid.

    Cost grows with every ordered knob, so only MLPs and head_dims are tried out.
    """
    network: dict[str, Value] = {
        "stem_width": pick(choices["stem_width"]),
        "fusion": pick(choices["fusion"], key=lambda fusion: fusion == "gate"),
        "conv_dilations": pick(choices["conv_dilations"], key=_branches),
        "se": pick(choices["se"]),
    }
    for stages in product(*(_stage_extremes(choices, index, pick) for index in range(4))):
        yield network | {name: value for stage in stages for name, value in stage.items()}


def _stage_extremes(choices: Choices, index: int, pick: Any) -> list[dict[str, Value]]:
    of, options = _of_stage(choices, index), []
    for head_dim, mlp in product(of["head_dim"], of["mlp"]):
        widths = [width for width in of["width"] if int(width) % int(head_dim) == 0]
        if widths:
            stage = {
                "width": pick(widths),
                "depth": pick(of["depth"]),
                "head_dim": head_dim,
                "dilations": pick(of["dilations"], key=_branches),
                "mlp": mlp,
                "mlp_ratio": pick(of["mlp_ratio"]),
            }
            options.append({f"stages.{index}.{part}": stage[part] for part in STAGE_PARTS})
    return options


def _of_stage(choices: Choices, index: int) -> dict[str, tuple[Value, ...]]:
    return {part: choices[f"stages.{index}.{part}"] for part in STAGE_PARTS}


def _branches(text: Value) -> int:
    return len(dilations(text))
