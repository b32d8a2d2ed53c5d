"""python -m nas.search: search a space by name, on real images, within a budget."""

import argparse
import sys

from nas.commandline import run
from nas.core.errors import InputError
from nas.core.guard import defect_behind
from nas.searching.arguments import parse
from nas.searching.drive import drive
from nas.searching.evaluated import drive_evaluated, find_evaluated
from nas.searching.resolve import resolve


def main(argv: list[str] | None = None) -> int:
    """The exit code: 0 done, 1 no trial succeeded, 2 bad input, 130 after Ctrl-C."""
    args = parse(argv)
    return run(lambda: _search(args))


def _search(args: argparse.Namespace) -> int:
    """Its author mends the space from one line; the study stays as it is, and goes on then."""
    try:
        space = find_evaluated(args)
        if space is not None:
            return drive_evaluated(space, args)
        return drive(resolve(args), args)
    except Exception as error:
        defect = defect_behind(error)
        if defect is None:
            raise
        raise InputError(f"{defect}; mend the space, then the same command goes on") from error


if __name__ == "__main__":
    sys.exit(main())
