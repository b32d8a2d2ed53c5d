"""Whatever is typed, and whatever it is called, a mistake costs a line that harms no terminal."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nas.commandline import Parser, run
from nas.core.errors import InputError

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("a\0b", r"a\x00b"),
        ("\x1b[2J\x07", r"\x1b[2J\x07"),
        ("a\u202eb", r"a\u202eb"),
        ("a\udcff", r"a\udcff"),
        ("a \r\n\u2028 b", "a b"),
        ("größer als 5 µs", "größer als 5 µs"),
    ],
)
def test_what_would_drive_a_terminal_is_written_out(
    said: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def main() -> None:
        raise InputError(said)

    assert run(main) == 2
    assert capsys.readouterr().err == f"error: {shown}\n"


@pytest.mark.parametrize(
    "words", [["--out", "a\udcff"], ["--out=a\udcff"], ["a\udcff"], ["--out", "a\0"]]
)
def test_a_word_that_is_no_utf_8_is_refused_at_the_door(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    parser = Parser(prog="x", description="")
    parser.add_argument("--out")
    with pytest.raises(SystemExit) as left:
        parser.parse_args(words)
    assert left.value.code == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith("error: expected text in UTF-8; got ")
    assert r"a\udcff" in complaint or r"a\x00" in complaint


def test_a_name_that_cannot_be_written_costs_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """As that of the folder that the command is given in."""

    def main() -> None:
        f"runs/{chr(0xDCFF)}".encode()

    assert run(main) == 2
    assert capsys.readouterr().err.startswith(r"error: utf-8 has no '\udcff'; rename")


def test_a_terminal_of_few_letters_costs_a_line() -> None:
    program = "from nas.commandline import run; raise SystemExit(run(lambda: print('±')))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(r"error: ascii has no")
    assert done.stderr.count("\n") == 1
