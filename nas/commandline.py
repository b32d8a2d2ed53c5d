"""How every command meets people: a mistake costs one line and exit code 2, no traceback."""

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NoReturn

from nas.core.errors import InputError
from nas.core.guard import DefectiveSpaceError
from nas.core.redaction import GIVEN, HIDDEN

USAGE, INTERRUPTED, BROKEN_PIPE = 2, 130, 141  # the last two as shells count signals, 128 + n
YEAR = 365 * 24 * 60  # minutes; timers of the system end somewhere beyond
MOST = 10**7  # of a count on the command line; above, it is a slip
_URL = re.compile(r"://[^'\"\s]+")  # also one that was cut
# How a word begins that holds a password; what follows is not repeated.
_OPENING = re.compile(rf".*?(?:://|(?::|%3A)(?=.*@)|{GIVEN.pattern})", re.DOTALL | re.IGNORECASE)
_NO_TEXT = re.compile("[\0\ud800-\udfff]")  # the end of a word to the system; stray bytes
_NEGATIVE = re.compile(r"-\.?\d")
_FLAG = re.compile(r"argument ([^:]+): expected (?:one|at least one) argument")


class Parser(argparse.ArgumentParser):
    """Flags are written out in full, and an error is one line that says what to write instead."""

    def __init__(self, *, prog: str, description: str) -> None:
        super().__init__(prog=prog, description=description, allow_abbrev=False)
        self._given: tuple[str, ...] = ()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does; remembers the arguments, for `error` to see what was meant."""
        self._given = tuple(sys.argv[1:] if args is None else args)
        for word in self._given:
            self._check(word)
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Print the one line, without what may hold a password, and exit with code 2."""
        for word in self._given:
            for text in (word, word.partition("=")[2]):  # the second if a flag stands before it
                message = _without(message, text)
        _complain(_URL.sub(f"://{HIDDEN}", message) + _negative_hint(message, self._given))
        raise SystemExit(USAGE)

    def _check(self, word: str) -> None:
        """For what argparse, or whoever writes the word down, would take amiss."""
        flag, equals, value = word.partition("=")
        if flag.startswith("-") and equals and value == "--":  # Python 3.11 makes an empty list
            self.error(f"argument {flag}: expected a value; got '--'")
        if _NO_TEXT.search(word):
            self.error(f"expected text in UTF-8; got '{word}'; rename what is called so")


def run(main: Callable[[], int | None]) -> int:
    """The exit code of `main`: 2 and one line for bad input, 130 for Ctrl-C, 141 for a cut pipe.

    A third party's defective space is bad input, too. Use as `sys.exit(run(main))`. Any other
    exception is a defect of ours and keeps its traceback.
    """
    try:
        code = main() or 0
        sys.stdout.flush()
    except (InputError, DefectiveSpaceError) as error:
        _complain(str(error))
        return USAGE
    except UnicodeEncodeError as error:  # of a folder's name, or on a terminal of few letters
        said = error.object[error.start : error.end][:40]
        _complain(
            f"{error.encoding} has no '{said}'; rename what is called so, or let the output be"
            " UTF-8 (PYTHONIOENCODING=utf-8)"
        )
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # as in `... | head`: what is still unwritten has no reader
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    return code


def count(text: str) -> int:
    """An argument's type: a whole number above 0, as large as a network or a search can use."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 12) or not 0 < int(text) < MOST:
        raise argparse.ArgumentTypeError(f"expected a whole number above 0; got {text[:40]!r}")
    return int(text)


def _complain(message: str) -> None:
    """On one line, in letters that do nothing to a terminal."""
    line = " ".join(message.split())
    print("error: " + "".join(map(_legible, line)), file=sys.stderr)


def _legible(letter: str) -> str:
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode()


def _without(message: str, word: str) -> str:
    """The message less the password that the word may hold, though it repeat but its beginning."""
    for form in (word, repr(word)[1:-1]):
        opening = _OPENING.match(form)
        ends = range(len(form), opening.end(), -1) if opening else ()
        shown = next((form[:end] for end in ends if form[:end] in message), None)
        if opening and shown:
            message = message.replace(shown, opening[0] + HIDDEN)
    return message


def _negative_hint(message: str, given: Sequence[str]) -> str:
    """argparse takes `-30M` for a flag; the hint if that is what happened."""
    found = _FLAG.match(message)
    names = found[1].split("/") if found else []
    for name, value in pairwise(given):
        if name in names and _NEGATIVE.match(value):
            return f"; write {name}={value}"
    return ""


__all__ = ["Parser", "count", "run"]
