"""The space of ACC-ViT as a chain: the stem and the network's habits, then each stage in two steps.

A stage's first convolution depends on the width before it, everything else in the stage on its own
width. So a stage is a step to its width, which pays for that convolution, and a step for the rest.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import groupby, product
from typing import NamedTuple

from accvit_blocks import Count
from accvit_blocks.attention import AtrousAttention
from accvit_blocks.config import STAGE_STRIDES
from accvit_blocks.convolution import AtrousMBConv
from accvit_blocks.head import Head
from accvit_blocks.stem import Stem
from nas.core.chain import START, Chain, Position, State, Step
from nas.core.fidelity import Setting, UnrepresentableError
from nas.core.knob import Value
from nas.core.space import Choices

_Cost = tuple[int, int, int]
_REST = ("depth", "head_dim", "dilations", "mlp", "mlp_ratio")


class Habits(NamedTuple):
    """What every stage must know of the whole network.

    convs: branches of the convolutions.
    lone: nothing may have branches, for there is no fusion to choose but one that would be alive.
    owing: a gate was chosen, and something must still have branches for it to fuse.
    """

    fusion: str
    convs: int
    se: bool
    lone: bool
    owing: bool


def accvit_chain(choices: Choices, setting: Setting) -> Chain:
    """Paths are canonical genomes: dead knobs are left out of the account, as in `canonical`.

    At the settings a network is deployed in, so widths are as they are; others are refused.
    """
    if setting.width_scale != 1:
        raise UnrepresentableError(
            f"width scale {setting.width_scale:g}: costs are counted at full width; expected 1"
        )
    positions = [_start(choices, setting)]
    for index in range(4):
        positions.append(_widths(index, positions[-1], choices, setting))
        positions.append(_rest(index, positions[-1], choices, setting))
    return Chain(tuple(positions))


def _start(choices: Choices, setting: Setting) -> Position:
    """Stem width, fusion, the convolutions' dilations, squeeze-and-excitation."""
    by_branches = _by_branches(choices["conv_dilations"])
    steps = []
    for stem, se, branches in product(choices["stem_width"], choices["se"], by_branches):
        count = Stem.count(channels=setting.channels, width=int(stem), side=setting.resolution // 2)
        for habits in _habits(choices["fusion"], branches, bool(se)):
            values = tuple((stem, habits.fusion, some, se) for some in by_branches[branches])
            steps.append(Step(values, _cost(count), (habits, int(stem))))
    return Position(("stem_width", "fusion", "conv_dilations", "se"), {START: tuple(steps)})


def _habits(fusions: tuple[Value, ...], branches: int, se: bool) -> Iterator[Habits]:
    """Each fusion offered; "mean", which is also what nothing to fuse is called, always is."""
    for fusion in map(str, fusions):
        owing = fusion != "mean" and branches == 1
        yield Habits(fusion, branches, se, lone=False, owing=owing)
    if "mean" not in fusions and branches == 1:
        yield Habits("mean", branches, se, lone=True, owing=False)


def _widths(index: int, before: Position, choices: Choices, setting: Setting) -> Position:
    side = setting.resolution // STAGE_STRIDES[index]
    steps: dict[State, tuple[Step, ...]] = {}
    for habits, width_in in _reached(before):
        onward = []
        for width in map(int, choices[f"stages.{index}.width"]):
            cost = _conv(habits, width_in, width, side, stride=2)
            if index == 3:
                head = Head.count(
                    width=width, classes=setting.classes, side=setting.resolution // 32
                )
                cost = _sum(cost, _cost(head))
            onward.append(Step(((width,),), cost, (habits, width)))
        steps[habits, width_in] = tuple(onward)
    return Position((f"stages.{index}.width",), steps)


def _rest(index: int, before: Position, choices: Choices, setting: Setting) -> Position:
    """Depth, heads, dilations and MLP of a stage whose width is known."""
    of = {part: choices[f"stages.{index}.{part}"] for part in _REST}
    side, window = setting.resolution // STAGE_STRIDES[index], setting.resolution // 32
    forms = [
        (branches, mlp, _values(of, dilations, mlp))
        for branches, dilations in _by_branches(of["dilations"]).items()
        for mlp in _mlps(of["mlp"], branches)
    ]
    steps: dict[State, tuple[Step, ...]] = {}
    for habits, width in _reached(before):
        conv = _conv(habits, width, width, side, stride=1)
        onward = []
        for branches, mlp, values in forms:
            state = _after(habits, branches, width, last=index == 3)
            if state is None:
                continue
            for head_dim, ratio in product(of["head_dim"], of["mlp_ratio"]):
                if width % int(head_dim):
                    continue
                attention = _attention(
                    width, int(head_dim), window, branches, side, habits.fusion, mlp, int(ratio)
                )
                for depth in of["depth"]:
                    cost = _blocks(int(depth), conv, attention)
                    onward.append(Step(values[depth, head_dim, ratio], cost, state))
        steps[habits, width] = tuple(onward)
    return Position(tuple(f"stages.{index}.{part}" for part in _REST), steps)


def _values(
    of: Mapping[str, tuple[Value, ...]], dilations: tuple[Value, ...], mlp: str
) -> dict[tuple[Value, Value, Value], tuple[tuple[Value, ...], ...]]:
    """The knobs' values by depth, head_dim and ratio, one for each set of as many dilations."""
    return {
        (depth, head_dim, ratio): tuple(
            (depth, head_dim, subset, mlp, ratio) for subset in dilations
        )
        for depth, head_dim, ratio in product(of["depth"], of["head_dim"], of["mlp_ratio"])
    }


def _mlps(offered: tuple[Value, ...], branches: int) -> list[str]:
    """Canonical: a lone branch's own MLP is the shared one."""
    if branches > 1:
        return [str(mlp) for mlp in offered]
    return list(dict.fromkeys("shared" if mlp == "per-branch" else str(mlp) for mlp in offered))


def _after(habits: Habits, branches: int, width: int, *, last: bool) -> State | None:
    """The state behind a stage; None if the stage breaks what the habits promised."""
    if branches > 1 and habits.lone:
        return None
    if branches > 1:
        habits = habits._replace(owing=False)
    return None if last and habits.owing else (habits, width)


def _reached(position: Position) -> list[tuple[Habits, int]]:
    """The states that a position leads to."""
    states = {step.state: None for steps in position.steps.values() for step in steps}
    return list(states)  # type: ignore[arg-type]


def _by_branches(subsets: tuple[Value, ...]) -> dict[int, tuple[Value, ...]]:
    """Sets of dilations by how many they hold, which alone decides what they cost."""

    def size(subset: Value) -> int:
        return str(subset).count("+") + 1

    return {n: tuple(group) for n, group in groupby(sorted(subsets, key=size), key=size)}


def _blocks(depth: int, conv: _Cost, attention: _Cost) -> _Cost:
    """A stage's blocks, but for the first convolution, which was paid for with the width."""
    (a, b, c), (x, y, z) = conv, attention
    return (depth - 1) * a + depth * x, (depth - 1) * b + depth * y, (depth - 1) * c + depth * z


def _sum(one: _Cost, other: _Cost) -> _Cost:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _conv(habits: Habits, width_in: int, width: int, side: int, *, stride: int) -> _Cost:
    return _cost(
        AtrousMBConv.count(
            width_in=width_in,
            width=width,
            side=side,
            stride=stride,
            dilations=(1,) * habits.convs,  # which they are, these costs do not tell
            fusion_form=habits.fusion,
            se=habits.se,
        )
    )


@lru_cache(maxsize=1 << 16)
def _attention(
    width: int,
    head_dim: int,
    window: int,
    branches: int,
    side: int,
    fusion: str,
    mlp: str,
    mlp_ratio: int,
) -> _Cost:
    return _cost(
        AtrousAttention.count(
            width=width,
            head_dim=head_dim,
            window=window,
            branches=branches,
            side=side,
            fusion_form=fusion,
            mlp=mlp,
            mlp_ratio=mlp_ratio,
        )
    )


def _cost(count: Count) -> _Cost:
    return count.params, count.macs, count.flops
