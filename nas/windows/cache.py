"""Tables kept between searches, under the hash of all that went into them.

They hold numbers only, read without pickle; one that cannot be read is built again, and where none
can be written nothing is kept.
"""

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

import numpy as np

from nas.windows.arrays import Layer
from nas.windows.grid import Grid
from nas.windows.table import Shelf, Table, make_table

KEPT = 1 << 29  # bytes; a large space's table takes 30 MB, with two bounds 200; the oldest go
WORTH = 100_000  # cells; fewer are counted faster than read
_FORM = 1  # of what is counted; another one makes the tables of before unknown
_PARTS = ("counts", "first", "origin", "shape")


def cache_folder() -> Path:
    """`$XDG_CACHE_HOME/nas-windows`, by default `~/.cache/nas-windows`."""
    home = Path(os.environ.get("HOME") or tempfile.gettempdir())
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "nas-windows"


def cached_table(layers: tuple[Layer, ...], grid: Grid) -> Table:
    """The table of these layers on this grid, from the cache if it is there."""
    path = cache_folder() / f"window-{_content(layers, grid)}.npz"
    with contextlib.suppress(Exception):  # whatever a damaged file makes its readers raise
        return Table(layers, grid, _read(path, (1, *(layer.states for layer in layers)), grid))
    table = make_table(layers, grid)
    if sum(len(shelf.counts) for shelf in table.shelves) > WORTH:
        with contextlib.suppress(OSError):
            _write(path, table.shelves)
    return table


def _content(layers: tuple[Layer, ...], grid: Grid) -> str:
    digest = hashlib.sha256(f"{_FORM} {grid}".encode())
    for layer in layers:
        for array in (layer.cost, layer.ways, layer.before, layer.after):
            digest.update(np.ascontiguousarray(array).tobytes())
        digest.update(str(layer.states).encode())
    return digest.hexdigest()[:16]


def _read(path: Path, states: tuple[int, ...], grid: Grid) -> tuple[Shelf, ...]:
    """Shelves for so many states each; ValueError if the file holds something else."""
    # Opened here, because numpy leaves a file open that is none of its own.
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        shelves = tuple(
            Shelf(*(stored[f"{part}{position}"] for part in _PARTS))
            for position in range(len(states))
        )
    for shelf, count in zip(shelves, states, strict=True):
        if not _fits(shelf, (count, len(grid.axes))):
            raise ValueError(f"{path}: no table of these layers")
    with contextlib.suppress(OSError):  # somebody else's, which may be read but not touched
        os.utime(path)
    return shelves


def _fits(shelf: Shelf, shape: tuple[int, int]) -> bool:
    first = np.cumsum([0, *shelf.shape.prod(axis=-1)])
    return (
        shelf.origin.shape == shelf.shape.shape == shape
        and np.array_equal(shelf.first, first)
        and shelf.counts.shape == (first[-1],)
        and shelf.counts.dtype == np.float64
    )


def _write(path: Path, shelves: tuple[Shelf, ...]) -> None:
    """Complete or not at all, whoever else writes it at the same moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".window-", suffix=".npz")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(
                file,
                **{
                    f"{part}{position}": getattr(shelf, part)
                    for position, shelf in enumerate(shelves)
                    for part in _PARTS
                },
            )
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
    _forget(path.parent)


def _forget(folder: Path) -> None:
    """Remove what was not used for longest, down to `KEPT`."""
    used = 0
    tables = [(kept, kept.stat()) for kept in folder.glob("window-*.npz")]
    for table, status in sorted(tables, key=lambda kept: kept[1].st_mtime, reverse=True):
        used += status.st_size
        if used > KEPT:
            table.unlink(missing_ok=True)
