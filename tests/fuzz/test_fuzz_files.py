"""Whatever is in a file: no traceback, one line of error, and with the file mended it goes on."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.commands import NETWORKS, PICTURES, TABLE, TOY, call, home, judge
from tests.fuzz.damage import IN_BYTES, IN_VALUES, Damage

FEW = settings(max_examples=8, derandomize=True, deadline=None, database=None)
MANY = settings(
    max_examples=250, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
SUITE = (*PICTURES, "--width-scale", "1", "--no-published", "--epochs", "1", "--batch-size", "8")


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A file, and a command that reads it; `good` is its exit code while nothing is wrong."""

    file: str
    command: tuple[str, ...]
    damages: st.SearchStrategy[Damage] = IN_BYTES


_GO_ON = ("search", *NETWORKS, "--out", ".", "--study", "run", "--trials", "3")
_EXPORT = ("export", "--study", "run", "--trial", "0", "--out", "model")
_COSTS = ("costs", *TOY, "--count", "2", "--jobs", "1", "--record", "r.jsonl")
_REPLAY = ("search", "--replay", "run", "--runner", "inline")
_REPORT, _COMPARE = ("report", "run"), ("compare", "run", "run")
READERS = {
    "run.json, to go on": Reader(file="run/run.json", command=_GO_ON, damages=IN_VALUES),
    "run.json, to export": Reader(file="run/run.json", command=_EXPORT, damages=IN_VALUES),
    "study.db, to go on": Reader(file="run/study.db", command=_GO_ON),
    "study.db, to export": Reader(file="run/study.db", command=_EXPORT),
    "run.json, to replay": Reader(file="run/run.json", command=_REPLAY, damages=IN_VALUES),
    "study.db, to replay": Reader(file="run/study.db", command=_REPLAY),
    "run.json, to report": Reader(file="run/run.json", command=_REPORT, damages=IN_VALUES),
    "study.db, to report": Reader(file="run/study.db", command=_REPORT),
    "run.json, to compare": Reader(file="run/run.json", command=_COMPARE, damages=IN_VALUES),
    "a table": Reader(file="t.csv", command=("search", *TABLE)),
    "pictures": Reader(file="i.npz", command=("search", *SUITE, "--data", "npz:i.npz")),
    "a configuration": Reader(
        file="c.json",
        command=("describe", *TOY, "--config", "c.json"),
        damages=IN_VALUES,
    ),
    "a record": Reader(file="r.jsonl", command=_COSTS),
}
Case = tuple[str, Damage]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A reader's name, and a damage that its file can take."""
    name = draw(st.sampled_from(sorted(READERS)))
    return name, draw(READERS[name].damages)


def hold(case: Case) -> None:
    """Damaged, the command ends in words; mended, it does what it did before."""
    name, damage = case
    reader = READERS[name]
    with home():
        path = Path(reader.file)
        whole = path.read_bytes()
        path.write_bytes(damage(whole))
        ended = call(*reader.command)
        judge(ended)
        if ended.code == 2:
            assert not Path("model").exists(), ended  # half an export
            path.write_bytes(whole)
            again = call(*reader.command)
            assert again.code == 0, (ended, again)


@pytest.mark.parametrize("name", READERS)
def test_undamaged_each_file_serves(name: str) -> None:
    """What it is compared with."""
    with home():
        assert call(*READERS[name].command).code == 0


@FEW
@given(case=cases())
def test_any_damage_to_a_file_ends_in_words(case: Case) -> None:
    hold(case)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@MANY
@given(case=cases())
def test_many_damages_to_files_end_in_words(case: Case) -> None:
    hold(case)
