"""A number that is known of each sample, and how people read it."""

from dataclasses import dataclass
from math import floor, log10

from nas.core.objective import Direction

TRIAL = "trial"  # the measure that counts trials
_BETTER: dict[Direction, str] = {"minimize": "lower is better", "maximize": "higher is better"}


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A number of each sample. It is shown as value / scale in `unit`.

    `log`: on an axis its logarithm is drawn. `direction`: which way is better, None where neither;
    an axis says so if the measure is `unfamiliar`.
    """

    name: str
    label: str
    unit: str = ""
    scale: float = 1.0
    log: bool = False
    direction: Direction | None = None
    unfamiliar: bool = False

    @property
    def title(self) -> str:
        """For a column: parameters (M)."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    def axis(self, *, log: bool) -> str:
        """For an axis, which is logarithmic or not: parameters (M, log scale)."""
        better = _BETTER[self.direction] if self.direction and self.unfamiliar else ""
        said = ", ".join(filter(None, (self.unit, better, "log scale" if log else "")))
        return f"{self.label} ({said})" if said else self.label

    def text(self, value: float) -> str:
        """A value with its unit, to four digits."""
        shown = digits(value / self.scale)
        return f"{shown} {self.unit}" if self.unit else shown


def digits(value: float, count: int = 4) -> str:
    """So many digits that count, as people write them: 12,340, 0.01234, 4.2M; else 1e+20."""
    for unit, size in (("G", 1e9), ("M", 1e6)):
        if size <= abs(value) < 1e15:
            return digits(value / size, count) + unit
    rounded = float(f"{value:.{count}g}")
    if not 1e-4 <= abs(rounded) < 1e15:
        return f"{value:.{count}g}"
    after = max(count - 1 - floor(log10(abs(rounded))), 0)
    shown = f"{rounded:,.{after}f}"
    return shown.rstrip("0").rstrip(".") if after else shown
