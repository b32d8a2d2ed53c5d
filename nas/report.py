"""python -m nas.report: a run as one page that needs no network, with its pictures if asked.

It reads the run's folder and changes nothing in it; a search may be going on meanwhile.
"""

import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nas.commandline import Parser, run
from nas.core.errors import InputError, unwritable
from nas.core.fidelity import Setting
from nas.reporting.out import page_file

if TYPE_CHECKING:
    from nas.reporting.view.nouns import Sample, View


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, read, write, and say where it is."""
    given = _parse(arguments)
    path = given.run / "report.html" if given.out is None else page_file(given.out)
    from nas.reporting.report.page import write_report  # loads large libraries
    from nas.reporting.report.pictures import write_pictures
    from nas.reporting.view.opened import open_view

    view = open_view(given.run, given.storage)
    if given.measure:
        view = _with_latencies(view)
    try:
        write_report(view, path)
        print(path)
        if given.pictures:
            for picture in write_pictures(view, path):
                print(picture)
    except OSError as error:
        raise unwritable(path, error) from error
    return 0


def _with_latencies(view: "View") -> "View":
    """Of this machine; each network is named on stderr as its turn comes."""
    from nas.exporting.latency import measured
    from nas.reporting.view.timed import timed

    build = view.build
    if build is None:
        raise InputError(f"--measure: {view.title} has no networks whose latency could be taken")
    target = Setting(**view.settings["target"])

    def take(sample: "Sample") -> dict[str, Any]:
        print(f"latency of {sample.name}", file=sys.stderr, flush=True)
        return measured(build(sample.genome).eval(), target)

    return timed(view, take)


def _parse(arguments: Sequence[str] | None) -> Namespace:
    parser = Parser(prog="python -m nas.report", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument(
        "run",
        type=Path,
        metavar="RUN",
        help="a run's folder, runs/STUDY, that you trust: the space that it names is imported, and"
        " so run",
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="default: report.html in the run's folder"
    )
    parser.add_argument(
        "--pictures", action="store_true", help="also PNG files of the main figures, beside it"
    )
    parser.add_argument(
        "--measure", action="store_true", help="time the front's networks here: one more axis"
    )
    parser.add_argument(
        "--storage", metavar="URL", help="the run's database with its password, if it asks for one"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(run(main))
