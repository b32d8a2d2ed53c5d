"""python -m nas.compare: runs against each other, in text and, if asked, as a page and a picture.

Hypervolumes share one rectangle, fronts are drawn over each other, and settings that differ are
listed. Nothing in the runs' folders is changed.
"""

import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from nas.commandline import Parser, run
from nas.core.errors import InputError, unwritable
from nas.reporting.out import page_file

RUNS = "folders, runs/STUDY, that you trust: the spaces that they name are imported, and so run"


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, read, print; with --out also draw."""
    given = _parse(arguments)
    if len(given.runs) < 2:
        raise InputError(f"expected two runs or more to compare; got {len(given.runs)}")
    out = None if given.out is None else page_file(given.out)
    from nas.reporting.comparison.opened import open_views  # these load large libraries
    from nas.reporting.comparison.page import write_comparison
    from nas.reporting.comparison.picture import write_comparison_picture
    from nas.reporting.comparison.text import comparison_text
    from nas.reporting.view.versus import versus

    views = open_views(given.runs, given.storage)
    found = versus(views, [str(folder) for folder in given.runs])
    print(comparison_text(found))
    if out is not None:
        picture = out.with_suffix(".png")
        try:
            write_comparison(found, out)
            write_comparison_picture(found, picture)
        except OSError as error:
            raise unwritable(out, error) from error
        print(f"\n{out}\n{picture}")
    return 0


def _parse(arguments: Sequence[str] | None) -> Namespace:
    parser = Parser(prog="python -m nas.compare", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("runs", type=Path, nargs="+", metavar="RUN", help=RUNS)
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="write a page, FILE.html, and a picture, FILE.png",
    )
    parser.add_argument(
        "--storage",
        metavar="URL",
        help="the database with its password, of those runs that lie in one; runs in a file need"
        " none",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(run(main))
