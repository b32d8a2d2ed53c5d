"""The rows of table 8 (arXiv:2406.08859, appendix E) as members of the space accvit."""

from dataclasses import dataclass

from nas.core.knob import Value
from search_spaces.accvit import SPACE

PER_BRANCH: dict[str, Value] = {
    f"stages.{stage}.mlp": "per-branch" for stage in range(3)
}  # the fourth has one
CONVNEXT: dict[str, Value] = {f"stages.{stage}.mlp": "convnext" for stage in range(4)}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table; accuracy in per cent, on ImageNet-1K, as published.

    `changes` are what it has other than nano. None of the published figures where the paper has no
    such row.
    """

    label: str
    title: str
    changes: dict[str, Value]
    params_m: float | None
    flops_g: float | None
    accuracy: float | None

    @property
    def genome(self) -> dict[str, Value]:
        """The canonical member."""
        nano = SPACE.encode(SPACE.published["nano"])
        return SPACE.canonical({**nano, **self.changes})


_MEAN: dict[str, Value] = {"fusion": "mean"}

# The published costs of row 3 fit nano with one block fewer in stage 3 only, so that the paper's
# step from 3 to 4 adds a block with the gates. 3b is row 3 with all of nano's blocks.
ROWS = (
    Row(
        label="1",
        title="atrous attention, MBConv",
        changes=_MEAN | PER_BRANCH | {"conv_dilations": "1"},
        params_m=16.907,
        flops_g=4.862,
        accuracy=79.498,
    ),
    Row(
        label="2",
        title="+ parallel atrous convolution",
        changes=_MEAN | PER_BRANCH,
        params_m=19.33,
        flops_g=4.939,
        accuracy=80.017,
    ),
    Row(
        label="3",
        title="+ shared MLP, 3 blocks in stage 3",
        changes=_MEAN | {"stages.2.depth": 3},
        params_m=14.585,
        flops_g=3.473,
        accuracy=81.523,
    ),
    Row(
        label="3b",
        title="+ shared MLP, 4 blocks in stage 3",
        changes=_MEAN,
        params_m=None,
        flops_g=None,
        accuracy=None,
    ),
    Row(
        label="4",
        title="+ gates: nano",
        changes={},
        params_m=16.649,
        flops_g=3.812,
        accuracy=82.412,
    ),
    Row(
        label="5",
        title="ConvNeXt layer for the MLP",
        changes=CONVNEXT,
        params_m=17.025,
        flops_g=3.844,
        accuracy=81.850,
    ),
)
