"""Cost windows: how many members lie inside, and samples of them, however narrow."""

from nas.windows.emptiness import check_region
from nas.windows.evaluated import region_within
from nas.windows.moves import changed, cross, mutate
from nas.windows.region import Member, Region, fits_fidelity
from nas.windows.window import Priced, Window

__all__ = [
    "Member",
    "Priced",
    "Region",
    "Window",
    "changed",
    "check_region",
    "cross",
    "fits_fidelity",
    "mutate",
    "region_within",
]
