"""Runs of real searches that take a second, for whoever looks at runs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nas.search import main

TOY = (
    *("--space", "tests.nas.toy:SPACE", "--data", "digits", "--resolution", "8"),
    *("--width-scale", "1", "--data-share", "0.05", "--val-limit", "50", "--epochs", "1"),
    *("--runner", "inline", "--sampler", "random", "--quiet"),
)


@contextmanager
def one_thread() -> Iterator[None]:
    """Threads of so small a training mostly wait for each other."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "sched_getaffinity", lambda _: {0})
        yield


def networks(out: Path, name: str, *flags: str) -> Path:
    """The folder of a search for toys, six of which do well and some of which fail."""
    asked = ("--choices", "mood=well,raises", "--trials", "6", *flags)
    with one_thread():
        assert main([*TOY, *asked, "--study", name, "--out", str(out)]) == 0
    return out / name


def table(out: Path, name: str, *flags: str, better: float = 0.0) -> Path:
    """The folder of a search in a table of 36 rows."""
    file = out / f"{name}.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = (
        f"{a},{b},{a * b + better + (a - 2) ** 2},{1 + a + 2 * b}"
        for a in range(6)
        for b in range(6)
    )
    file.write_text("\n".join(["a,b,acc,params", *rows]) + "\n")
    asked = ("--knobs", "a,b", "--objectives", "acc:max,params:min", "--costs", "params")
    more = ("--trials", "20", "--sampler", "random", "--quiet", *flags)
    told = ["--space", f"tabular:{file}", *asked, *more, "--study", name, "--out", str(out)]
    assert main(told) == 0
    return out / name
