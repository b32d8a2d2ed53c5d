"""Names that others chose, in markdown: they are shown as they are, and mean nothing to it."""

import re
import textwrap

_MEANT = re.compile(r"([\\`*_<>\[\]#!&|~])")  # by markdown, its tables, or HTML


def plain(text: str) -> str:
    """For a line of words or a table's cell."""
    return _MEANT.sub(r"\\\1", _one_line(text))


def code(text: str) -> str:
    """A span of code; its fence is longer than any run of backticks within."""
    line = _one_line(text)
    fence = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    room = " " if line.startswith("`") or line.endswith("`") or not line else ""
    return f"{fence}{room}{line}{room}{fence}"


def block(text: str) -> str:
    """A block of code, however many lines it has."""
    shown = "\n".join(map(_printable, text.splitlines()))
    return textwrap.indent(shown, "    ", lambda line: True)


def _one_line(text: str) -> str:
    return " ".join(_printable(text).split())


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)
