"""python -m nas.search: search a space by name, on real images, within a budget."""

import argparse
import sys
from pathlib import Path

from nas.commandline import run
from nas.core.errors import InputError
from nas.core.guard import defect_behind
from nas.searching.arguments import parse
from nas.searching.drive import drive
from nas.searching.evaluated import drive_evaluated
from nas.searching.evaluated_search import find_evaluated
from nas.searching.replay import replay
from nas.searching.resolve import resolve
from nas.study.storage import is_storage_error, told


def main(argv: list[str] | None = None) -> int:
    """The exit code: 0 done, 1 no trial succeeded, 2 bad input, 130 after Ctrl-C."""
    args = parse(argv)
    return run(lambda: _search(args))


def _search(args: argparse.Namespace) -> int:
    """A defective space and a full disk are mended by a person: one line, and it goes on then."""
    try:
        if args.replay is not None:
            return replay(Path(args.replay), args)
        space = find_evaluated(args)
        if space is not None:
            return drive_evaluated(space, args)
        return drive(resolve(args), args)
    except Exception as error:
        defect = defect_behind(error)
        if defect is not None:
            raise InputError(f"{defect}; mend the space, then the same command goes on") from error
        if not is_storage_error(error):
            raise
        raise InputError(
            f"the study cannot be written down any more: {told(error, args.storage or '')}; what is"
            " finished is kept: free the disk, or mend the storage, then the same command goes on"
        ) from error


if __name__ == "__main__":
    sys.exit(main())
