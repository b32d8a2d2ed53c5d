"""A table of figures that is written row by row, so that nothing measured is lost."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from benchmarks.machine import machine

Row = Mapping[str, object]


def write(rows: Iterable[Row], path: Path) -> pd.DataFrame:
    """Each row as CSV as soon as it is there, with the machine; returns and prints the table."""
    on = machine()
    print(on)
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pd.DataFrame()
    so_far: list[Row] = []
    for row in rows:
        so_far.append({**row, "machine": on})
        table = pd.DataFrame(so_far)
        table.to_csv(path, index=False, float_format="%.6g")
        print(", ".join(f"{name} {_short(value)}" for name, value in row.items()), flush=True)
    return table


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
