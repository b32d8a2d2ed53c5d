"""Any CSV as a search space: `--space tabular:FILE.csv --knobs a,b --objectives acc:max`.

Its members are the file's rows, which need be no full product, and evaluation is a look-up: so
strategies are raced in seconds on trainings that somebody else has paid for.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from math import isfinite
from pathlib import Path

from nas.core.errors import InputError
from nas.core.evaluated import EvaluatedSpace
from nas.core.evaluated_check import CHOICES, LARGEST
from nas.core.knob import Genome, Knob, Value

Row = tuple[str, ...]


class Table(EvaluatedSpace):
    """The rows of a CSV file with one line of names.

    Args:
        path: the file, in UTF-8.
        knobs: its columns that are decisions; together they name a row.
        objectives: `acc:max,params:min`; each is a column, and those under `costs` are known
            before evaluation.
        costs: columns.
        ordered: the knobs whose neighbouring values are alike. They are ordered as numbers, where
            all are numbers, else as they first occur.

    Raises InputError where the file cannot be read, a column is missing or named twice, a cell
    that is used is empty or no finite number, or two rows have the same knobs.
    """

    def __init__(
        self,
        path: Path,
        *,
        knobs: Sequence[str],
        objectives: str,
        costs: Sequence[str] = (),
        ordered: Sequence[str] = (),
    ) -> None:
        self.name = f"tabular:{path}"
        self.objectives = objectives
        self._path, self._costs = path, tuple(costs)
        header, rows = _read(path)
        self.digest = hashlib.sha256(path.read_bytes()).hexdigest()
        columns = _columns(path, header, rows)
        _known("--knobs", knobs, columns, path)
        _known("--costs", costs, columns, path)
        _known("--ordered", ordered, knobs, path, what="knob")
        if not knobs:
            raise InputError("--knobs: expected columns of the table, a,b,c; got none")
        used = [objective.name for objective in self.weighed(None)]
        _known("--objectives", used, columns, path)
        if twice := set(knobs) & {*used, *costs}:
            raise InputError(f"--knobs {min(twice)}: is an objective or a cost as well")
        self.knobs = tuple(_knob(name, columns[name], name in ordered, path) for name in knobs)
        measured = dict.fromkeys([*used, *costs])
        self._numbers = {name: _numbers(name, columns[name], path) for name in measured}
        self._rows = self._indexed([columns[name] for name in knobs])

    def _indexed(self, cells: Sequence[Sequence[str]]) -> dict[Row, int]:
        rows: dict[Row, int] = {}
        for number, row in enumerate(zip(*cells, strict=True)):
            if row in rows:
                said = ", ".join(
                    f"{knob.name}={cell}" for knob, cell in zip(self.knobs, row, strict=True)
                )
                raise InputError(
                    f"{self._path}: rows {rows[row] + 1} and {number + 1} have the same knobs"
                    f" ({said}); expected each once"
                )
            rows[row] = number
        return rows

    @property
    def priced(self) -> tuple[str, ...]:
        """The columns under `costs`."""
        return self._costs

    @cached_property
    def members(self) -> Sequence[Genome]:
        """Every row."""
        names = [knob.name for knob in self.knobs]
        return [dict(zip(names, row, strict=True)) for row in self._rows]

    def violation(self, genome: Genome) -> str | None:
        """Whether it is a row."""
        return None if self._row(genome) is not None else f"no row of {self._path}"

    def cost(self, genome: Genome) -> Mapping[str, float]:
        """What the row says in the columns under `costs`."""
        row = self._rows[self._cells(genome)]
        return {name: self._numbers[name][row] for name in self._costs}

    def evaluate(self, genome: Genome) -> Mapping[str, float]:
        """What the row says of all else that is weighed."""
        row = self._rows[self._cells(genome)]
        return {
            name: numbers[row] for name, numbers in self._numbers.items() if name not in self._costs
        }

    def _row(self, genome: Genome) -> int | None:
        return self._rows.get(self._cells(genome))

    def _cells(self, genome: Genome) -> Row:
        return tuple(str(genome[knob.name]) for knob in self.knobs)


def table(
    path: str,
    *,
    objectives: str | None,
    knobs: Sequence[str] | None,
    costs: Sequence[str] | None,
    ordered: Sequence[str] | None,
) -> Table:
    """The table of a command line; InputError where --knobs or --objectives is missing."""
    if knobs is None or objectives is None:
        missing = "--objectives" if knobs is not None else "--knobs"
        raise InputError(
            f"--space tabular:{path}: expected {missing} as well, such as --knobs a,b,c"
            " --objectives acc:max,params:min --costs params"
        )
    return Table(
        Path(path), knobs=knobs, objectives=objectives, costs=costs or (), ordered=ordered or ()
    )


def _read(path: Path) -> tuple[list[str], list[list[str]]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            header, *rows = [row for row in csv.reader(file, strict=True) if row] or [[]]
    except FileNotFoundError as error:
        raise InputError(f"--space tabular:{path}: there is no such file") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"--space tabular:{path}: cannot be read as CSV: {error}") from error
    if not rows:
        raise InputError(f"--space tabular:{path}: expected a line of names and rows; got none")
    for number, row in enumerate(rows):
        if len(row) != len(header):
            raise InputError(
                f"{path}: row {number + 1}: expected {len(header)} cells; got {len(row)}"
            )
    return header, rows


def _columns(
    path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]
) -> dict[str, list[str]]:
    names = [name.strip() for name in header]
    if twice := [name for name in names if name and names.count(name) > 1]:
        raise InputError(f"{path}: two columns are called {twice[0]!r}; expected each name once")
    cells = ([cell.strip() for cell in column] for column in zip(*rows, strict=True))
    return dict(zip(names, cells, strict=True))


def _known(
    flag: str, names: Sequence[str], columns: Collection[str], path: Path, what: str = "column"
) -> None:
    for name in names:
        if name not in columns:
            offered = ", ".join(columns)
            raise InputError(f"{flag} {name}: no such {what} in {path}; expected some of {offered}")
        if list(names).count(name) > 1:
            raise InputError(f"{flag}: {name} is given twice")


def _knob(name: str, cells: Sequence[str], ordered: bool, path: Path) -> Knob:
    _full(name, cells, path)
    choices: list[Value] = list(dict.fromkeys(cells))
    if len(choices) > CHOICES:
        raise InputError(
            f"--knobs {name}: {len(choices)} different values in {path}; expected {CHOICES} at most"
        )
    if ordered and all(_number(str(choice)) is not None for choice in choices):
        choices.sort(key=lambda choice: float(choice))
    return Knob(name=name, choices=tuple(choices), ordered=ordered)


def _numbers(name: str, cells: Sequence[str], path: Path) -> list[float]:
    _full(name, cells, path)
    numbers = []
    for place, cell in enumerate(cells):
        number = _number(cell)
        if number is None:
            raise InputError(
                f"{path}: row {place + 1}, column {name}: expected a finite number; got {cell!r}"
            )
        numbers.append(number)
    return numbers


def _number(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if isfinite(value) and abs(value) <= LARGEST else None


def _full(name: str, cells: Sequence[str], path: Path) -> None:
    for place, cell in enumerate(cells):
        if not cell:
            raise InputError(
                f"{path}: row {place + 1}, column {name}: the cell is empty; expected a value in"
                " each column that is used"
            )
