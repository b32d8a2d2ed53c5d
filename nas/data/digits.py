"""1,797 handwritten digits (8x8, grey) that come inside scikit-learn: small enough for tests."""

import importlib

import numpy as np

from nas.data.base import Labelled, Raw
from nas.data.errors import DataError

TOP = 16  # scikit-learn's pixels are counts from 0 to 16


def read(_argument: str, /) -> Raw:
    """Read scikit-learn's copy, stretched from 0..16 to 0..255."""
    try:
        package = importlib.import_module("sklearn.datasets")
    except ImportError as error:
        raise DataError(
            f"digits: expected the package scikit-learn, which holds the images; got '{error}';"
            " pip install scikit-learn"
        ) from error
    rows, labels = package.load_digits(return_X_y=True)
    images = np.rint(np.asarray(rows) * (255 / TOP)).astype(np.uint8).reshape(-1, 1, 8, 8)
    return Raw(train=Labelled(images=images, labels=np.asarray(labels, dtype=np.int64)))
