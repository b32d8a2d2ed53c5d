"""Round numbers for a log axis, enough of them even where it spans less than a decade."""

from math import ceil, floor, log10

_STEPS = ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0), (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0))
FEW, MANY = 4, 9


def ticks(low: float, high: float) -> tuple[float, ...]:
    """Between 4 and about 9 round values in low..high, 0 < low < high; ascending."""
    for steps in _STEPS:
        found = _decades(low, high, steps)
        if len(found) >= FEW:
            return found
    return _even(low, high)


def _decades(low: float, high: float, steps: tuple[float, ...]) -> tuple[float, ...]:
    exponents = range(floor(log10(low)), ceil(log10(high)) + 1)
    values = (_round(step * 10.0**exponent) for exponent in exponents for step in steps)
    return tuple(value for value in values if low <= value <= high)


def _even(low: float, high: float) -> tuple[float, ...]:
    """Evenly spaced by 1, 2 or 5 times a power of ten, as a narrow log axis nearly is."""
    size = 10.0 ** floor(log10((high - low) / FEW))
    for factor in (5.0, 2.0, 1.0):
        step = factor * size
        found = tuple(_round(n * step) for n in range(ceil(low / step), floor(high / step) + 1))
        if len(found) >= FEW:
            return found
    return found


def _round(value: float) -> float:
    """Without the digits that powers of ten in binary leave behind."""
    return float(f"{value:.10g}")
