"""A study as CSV files: one row a trial, one column a knob, exact numbers, written all or nothing.

Read them with `dtype=str`: some knobs hold text that looks like a number ("1" beside "1+2").
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from nas.core.knob import Knob
from nas.reporting.atomic import replacing
from nas.reporting.front import FrontMember
from nas.study.reading import MEASURED
from nas.study.record import Record

COLUMNS = (
    "number",
    "key",
    "state",
    "params",
    "macs",
    "flops",
    *MEASURED,
    "replicate",
    "seed",
)  # attributes of Record; MACs and FLOPs of one image, accuracy in 0..1


def write_trials(records: Iterable[Record], knobs: Sequence[Knob], path: Path) -> None:
    """trials.csv: the search's own trials by number, whatever came of them."""
    searched = _ordered(record for record in records if record.role == "search")
    _write([_row(record, knobs) for record in searched], COLUMNS, knobs, path)


def write_front(members: Iterable[FrontMember], knobs: Sequence[Knob], path: Path) -> None:
    """front.csv: cheapest first; `accuracy` is the mean of so many `replicates`.

    `separable` from the next cheaper one: True, False, nothing if unknown; of the first: cheapest.
    """
    rows = [
        {
            **_row(member.record, knobs),
            "accuracy": member.accuracy,
            "replicates": member.replicates,
            "separable": "cheapest" if member.cheapest else member.separable,
        }
        for member in members
    ]
    _write(rows, (*COLUMNS, "replicates", "separable"), knobs, path)


def write_reference(records: Iterable[Record], knobs: Sequence[Knob], path: Path) -> None:
    """reference.csv: what was trained beside the search, published members and replicates."""
    beside = _ordered(record for record in records if record.role != "search")
    rows = [
        {"role": record.role, "label": record.label, **_row(record, knobs)} for record in beside
    ]
    _write(rows, ("role", "label", *COLUMNS), knobs, path)


def _ordered(records: Iterable[Record]) -> list[Record]:
    return sorted(records, key=lambda record: record.number)


def _row(record: Record, knobs: Sequence[Knob]) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(record, name) for name in COLUMNS}
    return values | {knob.name: record.genome.get(knob.name) for knob in knobs}


def _write(
    rows: Sequence[Mapping[str, object]],
    columns: Sequence[str],
    knobs: Sequence[Knob],
    path: Path,
) -> None:
    """As objects, since pandas would otherwise turn a column of integers with a gap into floats."""
    names = [*columns, *(knob.name for knob in knobs)]
    cells = [[row.get(name) for name in names] for row in rows]
    table = pd.DataFrame(cells, columns=names, dtype=object)
    with replacing(path) as draft:
        table.to_csv(draft, index=False, lineterminator="\n")
