"""python -m nas.search: search a space by name, on real images, within a budget."""

import sys

from nas.commandline import run
from nas.searching.arguments import parse
from nas.searching.drive import drive
from nas.searching.resolve import resolve


def main(argv: list[str] | None = None) -> int:
    """The exit code: 0 done, 1 no trial succeeded, 2 bad input, 130 after Ctrl-C."""
    args = parse(argv)
    return run(lambda: drive(resolve(args), args))


if __name__ == "__main__":
    sys.exit(main())
