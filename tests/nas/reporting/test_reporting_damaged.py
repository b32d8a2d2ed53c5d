"""A run.json in which any field was put over: its report is made, or one line says why not."""

import json
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nas import report
from nas.commandline import run
from tests.nas import ran

ODD = (None, 3, 1.5, "x", [1], {}, 10**400, "\ud800")
MANY = 100  # of all fields with each odd value, of which there are about a thousand; so, seconds
Place = tuple[str | int, ...]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    out = tmp_path_factory.mktemp("runs")
    return {"networks": ran.networks(out, "toys"), "a table": ran.table(out, "looked-up")}


def places(tree: Any) -> Iterator[Place]:
    """Where each value of a JSON tree is."""
    keys = list(tree) if isinstance(tree, dict) else range(len(tree))
    for key in keys:
        yield (key,)
        if isinstance(tree[key], dict | list):
            yield from ((key, *below) for below in places(tree[key]))


def put(folder: Path, place: Place, value: Any) -> None:
    """Put a value in the place of one in run.json."""
    file = folder / "run.json"
    content = json.loads(file.read_text())
    *above, last = place
    holder = content
    for key in above:
        holder = holder[key]
    holder[last] = value
    file.write_text(json.dumps(content))


def reported(folder: Path, tmp_path: Path) -> int:
    """The exit code of its report."""
    return run(lambda: report.main([str(folder), "--out", str(tmp_path / "page.html")]))


@pytest.mark.parametrize("kind", ["networks", "a table"])
def test_whatever_field_is_put_over_there_is_a_report_or_a_line(
    kind: str,
    runs: dict[str, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = Path(shutil.copytree(runs[kind], tmp_path / "run"))
    whole = (folder / "run.json").read_text()
    capsys.readouterr()
    cases = [(place, value) for place in places(json.loads(whole)) for value in ODD]
    for place, value in random.Random(0).sample(cases, MANY):
        (folder / "run.json").write_text(whole)
        put(folder, place, value)
        code, said = reported(folder, tmp_path), capsys.readouterr().err
        assert (code, said.count("\n")) in ((0, 0), (2, 1)), (place, value, said)


@pytest.mark.parametrize(
    ("kind", "place", "value", "told"),
    [
        ("networks", ("settings", "choices", "width"), [1], "width = .* is no choice"),
        ("networks", ("settings", "data", "source"), 3, "data.source: expected a valid string"),
        ("networks", ("settings", "objectives"), ["accuracy"], "expected the 2 objectives"),
        ("a table", ("settings", "knobs", "a"), [7], r"a = \d in trial \d+ is no choice"),
        ("a table", ("settings", "knobs", "c"), [7], r"trial \d+ has no knob c"),
        ("a table", ("settings", "knobs", "b", 0), [], "knobs.b.0.*: expected a valid"),
        ("a table", ("settings", "costs", 0), [1], "costs.0: expected a valid string"),
        ("a table", ("settings", "objectives"), ["acc:maximize"], "expected the 2 objectives"),
        ("a table", ("settings", "objectives", 0), "acc:up", "objectives: expected a name:max"),
    ],
)
def test_a_field_that_the_trials_do_not_bear_out_is_told(
    kind: str,
    place: Place,
    value: Any,
    told: str,
    runs: dict[str, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = Path(shutil.copytree(runs[kind], tmp_path / "run"))
    put(folder, place, value)
    capsys.readouterr()
    assert reported(folder, tmp_path) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert re.search(told, said), said
