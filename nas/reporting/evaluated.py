"""Tables of a search whose space brings its own evaluation: a column a knob, cost and objective."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from nas import pareto
from nas.core.cost import human
from nas.core.evaluated import EvaluatedSpace
from nas.core.objective import Objective
from nas.reporting.atomic import replacing
from nas.study.evaluated import Row

SHOWN = 20  # members of the front on the screen


def write_rows(
    rows: Sequence[Row], space: EvaluatedSpace, objectives: Sequence[Objective], folder: Path
) -> None:
    """trials.csv in the order of evaluation, and front.csv of what no other row beats."""
    names = [one.name for one in objectives]
    columns = list(dict.fromkeys([*(knob.name for knob in space.knobs), *names, *space.priced]))
    also = [name for name in ("trial", "failure", "proposal_seconds") if name not in columns]
    _write(rows, [*columns, *also], folder / "trials.csv")
    _write(
        front_rows(rows, objectives),
        [*columns, *(name for name in also if name == "trial")],
        folder / "front.csv",
    )


def front_rows(rows: Sequence[Row], objectives: Sequence[Objective]) -> list[Row]:
    """By the last objective, which mostly is a cost."""
    complete = [row for row in rows if row.failure is None]
    points = [[row.value(one.name) for one in objectives] for row in complete]
    kept = pareto.front(points, [one.direction for one in objectives])
    return sorted(
        (complete[index] for index in kept), key=lambda row: row.value(objectives[-1].name)
    )


def front_text(rows: Sequence[Row], objectives: Sequence[Objective]) -> str:
    """The front as plain text, best by the last objective first."""
    members = front_rows(rows, objectives)
    if not members:
        return "no complete trial yet, so no front"
    names = [one.name for one in objectives]
    lines = ["  ".join([f"{'trial':>7}", *(f"{name:>12}" for name in names)])]
    for row in members[:SHOWN]:
        cells = (f"{shown(row.value(name)):>{max(12, len(name))}}" for name in names)
        lines.append("  ".join([f"{row.number:>7}", *cells]))
    if len(members) > SHOWN:
        lines.append(f"{len(members) - SHOWN} more in front.csv")
    return "\n".join(lines)


def shown(value: float) -> str:
    """To five digits, large ones in units."""
    return human(value) if abs(value) >= 1000 else f"{value:.5g}"


def _write(rows: Sequence[Row], columns: Sequence[str], path: Path) -> None:
    table = pd.DataFrame([_cells(row, columns) for row in rows], columns=[*columns], dtype=object)
    with replacing(path) as draft:
        table.to_csv(draft, index=False, lineterminator="\n")


def _cells(row: Row, columns: Sequence[str]) -> list[object]:
    own = {
        "trial": row.number,
        "failure": row.failure,
        "proposal_seconds": round(row.proposal_seconds, 6),
    }
    known = own | row.measured | row.costs | row.genome
    return [known.get(name) for name in columns]
