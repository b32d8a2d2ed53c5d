"""Tables are kept under the hash of what they count, and a file that is none is replaced."""

import os
import random
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from nas.core.budget import Bound, Budget
from nas.windows import Window, cache
from tests.nas.windows.chains import grid_chain


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty cache for whose sake every table is worth keeping."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(cache, "WORTH", 0)
    return cache.cache_folder()


@pytest.fixture
def built(monkeypatch):
    """A list that grows with each table that is built rather than read."""
    made, make = [], cache.make_table

    def counted(layers, grid):
        made.append(grid)
        return make(layers, grid)

    monkeypatch.setattr(cache, "make_table", counted)
    return made


def window(seed=0, high=10**9):
    budget = Budget((Bound(metric="params", low=None, high=high),))
    return Window(grid_chain(positions=3, steps=2, seed=seed), budget)


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def same(one, other):
    assert len(one.shelves) == len(other.shelves)
    for left, right in zip(one.shelves, other.shelves, strict=True):
        for part in ("counts", "first", "origin", "shape"):
            np.testing.assert_array_equal(getattr(left, part), getattr(right, part))


def test_the_same_window_is_read_back_as_it_was_built(folder, built):
    first = window()
    second = window()
    same(first.table, second.table)
    assert first.count == second.count
    assert first.draw(random.Random(0), 50) == second.draw(random.Random(0), 50)
    assert len(built) == 1
    assert len(files(folder)) == 1


def test_other_costs_and_other_budgets_are_other_tables(folder, built):
    tables = [made.table for made in (window(), window(seed=1), window(high=10**8))]
    assert len(built) == len(tables) == len(files(folder))


def test_small_tables_are_not_kept(folder, built, monkeypatch):
    monkeypatch.setattr(cache, "WORTH", 10**9)
    assert window().count == window().count
    assert len(built) == 2
    assert not folder.exists()


def _truncated(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _empty(path):
    path.write_bytes(b"")


def _text(path):
    path.write_text("no table")


def _array(path):
    with path.open("wb") as file:
        np.save(file, np.arange(3))


def _foreign(path):
    np.savez(path, other=np.arange(3))


def _misshapen(path):
    """The right names, and arrays that would be read wrongly."""
    with np.load(path) as stored:
        arrays = dict(stored)
    arrays["counts1"] = arrays["counts1"][:-1]
    np.savez(path, **arrays)


def _other_states(path):
    with np.load(path) as stored:
        arrays = dict(stored)
    for part in ("counts", "first", "origin", "shape"):
        arrays[f"{part}1"] = arrays[f"{part}0"]
    np.savez(path, **arrays)


def _of_another_kind(path):
    with np.load(path) as stored:
        arrays = dict(stored)
    arrays["counts2"] = arrays["counts2"].astype(str)
    np.savez(path, **arrays)


@pytest.mark.parametrize(
    "damage",
    [_truncated, _empty, _text, _array, _foreign, _misshapen, _other_states, _of_another_kind],
)
def test_a_file_that_is_no_table_of_this_window_is_built_again_and_replaced(damage, folder, built):
    right = window()
    right.table  # noqa: B018, which writes it
    [name] = files(folder)
    whole = (folder / name).read_bytes()
    damage(folder / name)
    same(window().table, right.table)
    assert len(built) == 2
    assert files(folder) == [name]
    assert len((folder / name).read_bytes()) == len(whole)
    same(window().table, right.table)
    assert len(built) == 2


def test_whatever_byte_of_a_file_is_damaged_the_table_is_right(folder):
    right = window(high=10**6).table
    [name] = files(folder)
    path = folder / name
    whole = path.read_bytes()
    rng = random.Random(0)
    # The directory at the end decides how all is read.
    places = rng.sample(range(len(whole)), 60) + rng.sample(
        range(len(whole) - 1200, len(whole)), 60
    )
    for place in places:
        broken = bytearray(whole)
        broken[place] ^= rng.choice((1, 0x80, 0xFF))
        path.write_bytes(broken)
        same(window(high=10**6).table, right)


class Trap:
    """Makes a file where it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_objects_in_a_file_are_never_unpickled(folder, built, tmp_path):
    right = window()
    right.table  # noqa: B018, which writes it
    [name] = files(folder)
    with np.load(folder / name) as stored:
        arrays = dict(stored)
    arrays["counts1"] = np.array([Trap(tmp_path / "sprung")], dtype=object)
    np.savez(folder / name, **arrays)
    same(window().table, right.table)
    assert not (tmp_path / "sprung").exists()
    assert len(built) == 2


def test_where_nothing_can_be_written_tables_are_built(tmp_path, monkeypatch, built):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(cache, "WORTH", 0)
    same(window().table, window().table)
    assert len(built) == 2


def test_a_full_disk_leaves_nothing_half_written(folder, built, monkeypatch):
    def full(file, **arrays):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    same(window().table, window().table)
    assert len(built) == 2
    assert files(folder) == []


def test_a_table_that_may_be_read_but_not_touched_is_read(folder, built, monkeypatch):
    def refused(*args):
        raise PermissionError(1, "Operation not permitted")

    right = window().table
    monkeypatch.setattr(os, "utime", refused)
    same(window().table, right)
    assert len(built) == 1


def test_what_was_not_used_for_longest_goes_first(folder, monkeypatch):
    def used(seed, when):
        before = set(files(folder)) if folder.exists() else set()
        window(seed=seed).table  # noqa: B018, which writes it
        [name] = set(files(folder)) - before
        os.utime(folder / name, (when, when))
        return name

    oldest, older, old = (used(seed, 1_000 + seed) for seed in range(3))
    window(seed=0).table  # noqa: B018, which reads it, so that it is not the oldest any more
    sizes = {name: (folder / name).stat().st_size for name in files(folder)}
    (folder / "not-ours.txt").write_text("kept")
    monkeypatch.setattr(cache, "KEPT", 2 * sum(sizes.values()))
    new = used(3, 2_000)
    assert set(files(folder)) == {oldest, older, old, new, "not-ours.txt"}
    monkeypatch.setattr(cache, "KEPT", sum(sizes.values()) - sizes[older])
    (folder / new).unlink()
    assert used(3, 2_000) == new  # too much with it: all that is older than the limit goes
    assert older not in files(folder)
    kept = set(files(folder)) - {"not-ours.txt"}
    assert new in kept
    assert sum((folder / name).stat().st_size for name in kept) <= cache.KEPT


def test_processes_that_write_at_the_same_moment_leave_one_whole_table(folder, built):
    right = window().table
    [name] = files(folder)
    code = textwrap.dedent(
        """
        from nas.windows import cache
        from tests.nas.windows.test_windows_cache import window
        cache.WORTH = 0
        for _ in range(30):
            made = window().table
            cache._write(next(cache.cache_folder().glob("window-*.npz")), made.shelves)
        """
    )
    writers = [subprocess.Popen([sys.executable, "-W", "error", "-c", code]) for _ in range(2)]
    reads = 0
    while any(writer.poll() is None for writer in writers):
        same(window().table, right)
        reads += 1
    assert [writer.returncode for writer in writers] == [0, 0]
    assert reads
    assert len(built) == 1
    assert files(folder) == [name]
