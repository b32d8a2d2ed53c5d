"""Real images for proxy trainings: `load` reads and splits a source, `prepare` sets a fidelity."""

from nas.data.base import Dataset
from nas.data.distort import DISTORTIONS, Distortion
from nas.data.errors import DataError
from nas.data.prepared import Prepared, prepare
from nas.data.sources import SOURCES, load

__all__ = [
    "DISTORTIONS",
    "SOURCES",
    "DataError",
    "Dataset",
    "Distortion",
    "Prepared",
    "load",
    "prepare",
]
