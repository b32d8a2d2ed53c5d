"""A CSV is a search space of its rows, and a wrong one is told in a line."""

import re
from pathlib import Path

import pytest

from nas.core.errors import InputError
from nas.windows import region_within
from search_spaces.tabular import Table, table

ROWS = """kind,size,acc,params,note
a,10,0.5,1.5,
b,9,0.7,2.5,x
a,100,0.9,3.5,y
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    path.write_text(ROWS)
    return path


def opened(path: Path, **changed) -> Table:
    asked = {
        "knobs": ("kind", "size"),
        "objectives": "acc:max,params:min",
        "costs": ("params",),
        "ordered": ("size",),
    }
    return Table(path, **asked | changed)


def test_members_are_the_rows_and_nothing_else(file):
    space = opened(file)
    assert [*space.members] == [
        {"kind": "a", "size": "10"},
        {"kind": "b", "size": "9"},
        {"kind": "a", "size": "100"},
    ]
    assert "no row" in space.violation({"kind": "b", "size": "10"})
    assert len(region_within(space).members) == 3


def test_costs_are_known_and_the_rest_is_looked_up(file):
    space = opened(file)
    member = {"kind": "b", "size": "9"}
    assert space.cost(member) == {"params": 2.5}
    assert space.evaluate(member) == {"acc": 0.7}


def test_ordered_knobs_are_ordered_as_numbers_and_the_others_are_unordered(file):
    kind, size = opened(file).knobs
    assert (kind.choices, kind.ordered) == (("a", "b"), False)
    assert (size.choices, size.ordered) == (("9", "10", "100"), True)


def test_words_are_ordered_as_they_occur(tmp_path):
    path = tmp_path / "words.csv"
    path.write_text("k,acc\nsmall,1\nlarge,3\nmiddle,2\n")
    space = opened(path, knobs=("k",), objectives="acc:max", costs=(), ordered=("k",))
    assert space.knobs[0].choices == ("small", "large", "middle")


def test_a_cost_is_minimised_unless_said_otherwise(file):
    directions = [one.direction for one in opened(file, objectives="acc:max,params").weighed(None)]
    assert directions == ["maximize", "minimize"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"knobs": ("kind", "colour")}, "--knobs colour: no such column"),
        ({"costs": ("flops",)}, "--costs flops: no such column"),
        ({"objectives": "accuracy:max"}, "--objectives accuracy: no such column"),
        ({"objectives": "acc"}, "expected name:max or name:min"),
        ({"objectives": "acc:up"}, "expected name:max or name:min"),
        ({"objectives": "acc:max,acc:min"}, "each once"),
        ({"ordered": ("acc",)}, "--ordered acc: no such knob"),
        ({"knobs": ("kind", "size", "params")}, "--knobs params: is an objective or a cost"),
        ({"knobs": ("kind",), "ordered": ()}, "rows 1 and 3 have the same knobs (kind=a)"),
        ({"knobs": ("kind", "size", "note")}, "row 1, column note: the cell is empty"),
        ({"costs": ("params", "note")}, "row 1, column note: the cell is empty"),
        ({"objectives": "kind:max", "knobs": ("size",)}, "expected a finite number; got 'a'"),
    ],
)
def test_what_is_wrong_with_the_columns_is_named(file, changed, said):
    with pytest.raises(InputError, match=re.escape(said)):
        opened(file, **changed)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected a line of names and rows"),
        ("kind,size,acc,params\n", "expected a line of names and rows"),
        ("kind,size,acc,params\na,1,2\n", "row 1: expected 4 cells; got 3"),
        ("kind,kind,acc,params\na,1,2,3\n", "two columns are called 'kind'"),
        ("kind,size,acc,params\na,1,nan,3\n", "expected a finite number; got 'nan'"),
        ("kind,size,acc,params\na,1,2,inf\n", "expected a finite number; got 'inf'"),
        ('kind,size,acc,params\n"a,1,2,3\n', "cannot be read as CSV"),
    ],
)
def test_a_broken_file_is_told_in_a_line(tmp_path, text, said):
    path = tmp_path / "broken.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=re.escape(said)):
        opened(path, ordered=())


def test_a_file_that_is_no_text_or_not_there_is_named(tmp_path):
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00\x01" * 9)
    with pytest.raises(InputError, match="cannot be read as CSV"):
        opened(tmp_path / "binary.csv")
    with pytest.raises(InputError, match="there is no such file"):
        opened(tmp_path / "nowhere.csv")


def test_the_command_line_must_name_knobs_and_objectives(file):
    given = {"costs": None, "ordered": None}
    with pytest.raises(InputError, match="expected --knobs as well"):
        table(str(file), knobs=None, objectives="acc:max", **given)
    with pytest.raises(InputError, match="expected --objectives as well"):
        table(str(file), knobs=("kind",), objectives=None, **given)
