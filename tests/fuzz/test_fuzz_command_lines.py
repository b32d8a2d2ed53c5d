"""Whatever is written on a command line: no traceback, one line of error, no half-written run.

The long run is `make fuzz`; last.txt beside this file tells of the last one's result.
"""

import pytest
from hypothesis import HealthCheck, given, settings

from tests.fuzz.commands import NETWORKS, TABLE, call, home, judge, judge_what_is_left
from tests.fuzz.words import BASES, command_lines

FEW = settings(max_examples=15, derandomize=True, deadline=None, database=None)
MANY = settings(
    max_examples=250, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
Line = tuple[str, tuple[str, ...]]


def hold(line: Line) -> None:
    """In a folder of its own: the command, then a good one on whatever it left behind."""
    base, words = line
    program, before, _ = BASES[base]
    with home():
        ended = call(program, *before, *words)
        judge(ended)
        if ended.code == 2 and program == "search":
            judge_what_is_left(TABLE if base == "a table" else NETWORKS)


@FEW
@given(line=command_lines())
def test_any_command_line_ends_in_words(line: Line) -> None:
    hold(line)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@MANY
@given(line=command_lines())
def test_many_command_lines_end_in_words(line: Line) -> None:
    hold(line)
