"""The arguments that every study takes, and the search arguments that it hands on."""

from argparse import Namespace
from pathlib import Path

from nas.commandline import Parser, count
from nas.core.errors import unwritable
from studies.setup import Setup

# A minute on two cores: to see that a study runs, never to learn anything from it.
SMOKE = (
    *("--data", "digits", "--epochs", "1", "--resolution", "64", "--width-scale", "0.25"),
    *("--data-share", "0.05", "--val-limit", "50", "--distort", "none"),
)


def parser(study: str, description: str) -> Parser:
    """--out, --workers, --smoke, and what follows `--`."""
    made = Parser(prog=f"python -m studies.{study}", description=description)
    add = made.add_argument
    add("--out", required=True, type=Path, metavar="DIR", help="evidence and result go there")
    add("--workers", type=count, default=2, metavar="N", help="trainings at once (2)")
    add("--smoke", action="store_true", help="as small as it gets: does it run?")
    add("search", nargs="*", help="arguments of nas.search, after --, in place of the study's")
    return made


def setup(args: Namespace, defaults: tuple[str, ...]) -> Setup:
    """The study's setup; what the person gives comes last, and so counts.

    InputError where nothing can be written to --out.
    """
    try:
        args.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(args.out, error) from error
    return Setup.of(*defaults, *(SMOKE if args.smoke else ()), *args.search)
