"""Whether this machine has the memory for an export: the kernel would end it without a word."""

from pathlib import Path

from nas.core.cost import Cost, human
from nas.core.errors import InputError

MEMINFO = Path("/proc/meminfo")
# Bytes, at the least, of an export that is at its most; measured with femto, tiny and base at 224
# pixels, femto at 448 pixels, and femto with 100,000 classes: 36 to 40 a parameter where those are
# most of it, 5 a number of all layers' outputs where these are.
A_PARAMETER, AN_ACTIVATION = 30, 3


def check_room(cost: Cost) -> None:
    """InputError for a network that cannot fit in what memory is free; unknown memory is enough."""
    free, needed = _free(), A_PARAMETER * cost.params + AN_ACTIVATION * (cost.activations or 0)
    if free is not None and needed > free:
        raise InputError(
            f"{human(cost.params)} parameters: an export takes {needed / 1e9:,.3g} GB of memory or"
            f" more, and {free / 1e9:.3g} GB are free; take fewer --classes or a lower"
            " --resolution, or another machine"
        )


def _free() -> int | None:
    """Bytes, as Linux says; None elsewhere."""
    try:
        lines = MEMINFO.read_text().splitlines()
    except OSError:
        return None
    found = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
    return 1024 * int(found[0]) if found else None
