"""Tables of last results: what was found, when, and where. A row replaces its older one."""

import csv
import datetime
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from nas.evaluation.device import processor

Row = Mapping[str, object]


def note(table: Path, rows: Sequence[Row], *, by: Sequence[str]) -> None:
    """Put the rows into the CSV, which may not be there yet; rows that agree in `by` are the same.

    Rows have the same columns; the day and the machine are put before them.
    """
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    where = {"date": today, "machine": f"{processor()}, {os.cpu_count()} cores"}
    new = {tuple(str(row[name]) for name in by): where | dict(row) for row in rows}
    lines = table.read_text().splitlines() if table.exists() else []
    old: dict[tuple[str, ...], Row]
    old = {tuple(row[name] for name in by): row for row in csv.DictReader(lines)}
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, [*where, *rows[0]], lineterminator="\n")
        writer.writeheader()
        writer.writerows((old | new).values())
