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

USAGE, INTERRUPTED, BROKEN_PIPE = 2, 130, 141  # the last two as shells count signals, 128 + n
YEAR = 365 * 24 * 60  # minutes; timers of the system end somewhere beyond
MOST = 10**7  # of a count on the command line; above, it is a slip
_URL = re.compile(r"://[^'\"\s]+")  # also one that was cut
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
        for word in self._given:  # Python 3.11 would make an empty list of it
            flag, equals, value = word.partition("=")
            if flag.startswith("-") and equals and value == "--":
                self.error(f"argument {flag}: expected a value; got '--'")
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Print the one line, without what may hold a password, and exit with code 2."""
        for word in self._given:
            before, scheme, _ = word.partition("://")
            message = message.replace(word, f"{before}://***") if scheme else message
        _complain(_URL.sub("://***", message) + _negative_hint(message, self._given))
        raise SystemExit(USAGE)


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
    print(f"error: {' '.join(message.split())}", file=sys.stderr)


def _negative_hint(message: str, given: Sequence[str]) -> str:
    """argparse takes `-30M` for a flag; the hint if that is what happened."""
    found = _FLAG.match(message)
    names = found[1].split("/") if found else []
    for name, value in pairwise(given):
        if name in names and _NEGATIVE.match(value):
            return f"; write {name}={value}"
    return ""


__all__ = ["Parser", "count", "run"]
