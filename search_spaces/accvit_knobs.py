"""The knobs of ACC-ViT: widths and depths around the published ones, every set of dilations."""

from collections.abc import Iterator
from itertools import chain, combinations

from accvit_blocks import feasible_dilations
from nas.core.fidelity import Setting
from nas.core.knob import Knob, Value

REFERENCE = Setting()  # 224 pixels, 1000 classes, RGB: where the paper publishes its figures

# Widths and depths around the published ones (femto 32-64-128-256 ... base 96-192-384-768).
WIDTHS = (
    (32, 48, 64, 80, 96, 112, 128, 160),
    (64, 96, 128, 160, 192, 224, 256, 320),
    (128, 160, 192, 224, 256, 320, 384, 448, 512),
    (256, 320, 384, 448, 512, 576, 640, 704, 768),
)
DEPTHS = (range(1, 5), range(1, 7), range(1, 15), range(1, 4))
STAGE_PARTS = ("width", "depth", "head_dim", "dilations", "mlp", "mlp_ratio")


def written(dilations: tuple[int, ...]) -> str:
    """A set of dilations as Optuna may keep it: (1, 2) as "1+2"."""
    return "+".join(map(str, dilations))


def dilations(text: Value) -> tuple[int, ...]:
    """The set that `written` wrote."""
    return tuple(int(part) for part in str(text).split("+"))


def branched(text: Value) -> bool:
    """Whether a set that `written` wrote holds several dilations, each a branch of its own."""
    return "+" in str(text)


def _subsets(values: tuple[int, ...]) -> tuple[str, ...]:
    """Every non-empty subset, the small ones first."""
    sizes = range(1, len(values) + 1)
    every = chain.from_iterable(combinations(values, size) for size in sizes)
    return tuple(map(written, every))


def _stage_knobs(index: int) -> Iterator[Knob]:
    held = feasible_dilations(REFERENCE.resolution, None, index)
    one_branch = len(held) == 1  # then its own MLP and a shared one are the same network
    mlps = ("shared", "convnext") if one_branch else ("shared", "per-branch", "convnext")
    yield Knob(name=f"stages.{index}.width", choices=WIDTHS[index], ordered=True)
    yield Knob(name=f"stages.{index}.depth", choices=tuple(DEPTHS[index]), ordered=True)
    yield Knob(name=f"stages.{index}.head_dim", choices=(16, 32), ordered=True)
    yield Knob(name=f"stages.{index}.dilations", choices=_subsets(held))
    yield Knob(name=f"stages.{index}.mlp", choices=mlps)
    yield Knob(name=f"stages.{index}.mlp_ratio", choices=(2, 3, 4), ordered=True)


KNOBS = (
    Knob(name="stem_width", choices=(32, 48, 64), ordered=True),
    Knob(name="fusion", choices=("gate", "mean")),
    Knob(name="conv_dilations", choices=_subsets((1, 2, 3))),
    Knob(name="se", choices=(True, False)),
    *chain.from_iterable(_stage_knobs(index) for index in range(4)),
)
