"""70,000 pictures of clothes (28x28, grey, 10 classes): Fashion-MNIST, arXiv:1708.07747.

Read from Debian's package dataset-fashion-mnist. Validation images are split off the 60,000
training images; the 10,000 test images stay unread, held out from every choice a search makes.
"""

from dataclasses import replace
from pathlib import Path

from nas.data import idx
from nas.data.base import Raw
from nas.data.errors import DataError

DEBIAN = Path("/usr/share/datasets/fashion-mnist")
NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def read(_argument: str, /) -> Raw:
    """Read the package's files."""
    return read_from(DEBIAN)


def read_from(folder: Path) -> Raw:
    """Read the official files from a folder; labels get Fashion-MNIST's names."""
    if not folder.is_dir():
        raise DataError(
            f"fashion-mnist: expected the folder {folder}; got none; apt install"
            " dataset-fashion-mnist, or give a folder with the official files as idx:DIR"
        )
    return replace(idx.read(str(folder)), class_names=dict(enumerate(NAMES)))
