"""torchvision for timm, which imports it, beside a torch without CUDA.

torchvision on import describes the shapes of two operators that its compiled part declares. The
build on PyPI is for CUDA: its compiled part cannot be loaded beside a torch that is for CPUs only,
and the import ends in "operator torchvision::nms does not exist". Declared, never defined, they
satisfy it; none of the networks compared here calls them.
"""

import importlib
from functools import cache

import torch


@cache
def import_torchvision() -> torch.library.Library | None:
    """Import it; the declarations that it took to do so, to be kept, or None.

    ImportError where it is not installed.
    """
    try:
        importlib.import_module("torchvision")
    except RuntimeError as error:
        if "torchvision::nms does not exist" not in str(error):
            raise
    else:
        return None
    declared = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    for operator in ("nms", "qnms"):
        schema = f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
        declared.define(schema)  # type: ignore[no-untyped-call]
    importlib.import_module("torchvision")
    return declared
