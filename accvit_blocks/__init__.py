"""Building blocks of ACC-ViT, a vision transformer of atrous attention and convolution.

Source: Ibtehaz, Yan, Mortazavi, Kihara, "Fusion of regional and sparse attention in Vision
Transformers", arXiv:2406.08859.

Letters of the axes, the same in every pattern of this package:

    b        images of a batch
    c        channels (o where a product's outputs must be told from its inputs)
    h, w     rows and columns of a feature map
    n        parallel branches, one for each dilation
    y, x     rows and columns of windows in a dilated map
    p, q     rows and columns of pixels in a window; t = p q
    i, j     rows and columns of dilated maps; for dilation d there are d of each
    k        queries, keys and values: 3
    m, e     attention heads, and channels of a head; c = m e
"""

from accvit_blocks.config import ACCViTConfig, StageConfig, feasible_dilations
from accvit_blocks.cost import Count
from accvit_blocks.costing import count, layer_counts
from accvit_blocks.model import ACCViT
from accvit_blocks.variants import ABLATIONS, VARIANTS

__all__ = [
    "ABLATIONS",
    "VARIANTS",
    "ACCViT",
    "ACCViTConfig",
    "Count",
    "StageConfig",
    "count",
    "feasible_dilations",
    "layer_counts",
]
