"""What a trial costs beside its evaluation, as a study grows: the n-th proposal, storage, the rest.

    python -m benchmarks.bookkeeping [--quick] [--trials N]

Evaluations that end at once, one after the other, on SQLite: of a space that brings its own
evaluation (28 knobs of 4 choices), and of networks (the space accvit, 5M-30M, outcomes made up in
place of trainings). Medians over the last 50 trials before the n-th, in milliseconds: all of a
trial; the sampler's proposal; all calls of the storage; and what is left, which is the bookkeeping.
`note_ms`, a part of these, is what it takes to note an outcome. `seconds` is the time of all trials
up to the n-th and of setting the search up, `report_seconds` that of the report on them. A sampler
that is not random proposes the last 60 before each n; what is known by then was drawn at random.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.arguments import RESULTS
from benchmarks.instant import Parts, evaluated, networks
from benchmarks.table import write
from nas.commandline import Parser, count, run
from nas.reporting.report.page import write_report
from nas.reporting.view.opened import open_view
from nas.samplers import DEFAULT

WINDOW, OWN = 50, 60
ENDS = (100, 1_000, 10_000)
SPACES = {"evaluated": evaluated, "networks": networks}
RUNS = tuple((space, sampler) for space in SPACES for sampler in ("random", DEFAULT))


def measured(name: str, sampler: str, *, most: int, home: Path) -> Iterator[dict[str, object]]:
    """A row for each end up to `most` trials of the run in the folder `home`."""
    ends = {end for end in (*ENDS, most) if end <= most}
    before = Parts(0, 0, 0)
    rows: list[dict[str, float]] = []
    search = SPACES[name](home, sampler=sampler, own=lambda n: any(0 <= e - n < OWN for e in ends))
    reporting = 0.0
    started = last = time.perf_counter()
    for number, now in enumerate(search, start=1):
        ended = time.perf_counter()
        asked, stored, noted = (
            1e3 * (after - earlier) for after, earlier in zip(now, before, strict=True)
        )
        whole = 1e3 * (ended - last)
        rows.append(
            {
                "trial_ms": whole,
                "sampler_ms": asked,
                "storage_ms": stored,
                "bookkeeping_ms": whole - asked - stored,
                "note_ms": noted,
            }
        )
        if number in ends:
            recent = rows[-WINDOW:]
            medians = {key: statistics.median(row[key] for row in recent) for key in recent[0]}
            identity = {"space": name, "sampler": sampler, "n": number}
            seconds = ended - started - reporting
            write_report(open_view(home), home / "report.html")
            report = time.perf_counter() - ended
            reporting += report
            yield identity | medians | {"seconds": seconds, "report_seconds": report}
        if number == most:
            return
        last, before = time.perf_counter(), now


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the table."""
    parser = Parser(prog="python -m benchmarks.bookkeeping", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="100 trials")
    parser.add_argument("--trials", type=count, default=ENDS[-1], metavar="N")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR")
    given = parser.parse_args(arguments)
    most = ENDS[0] if given.quick else given.trials
    with tempfile.TemporaryDirectory() as folder:
        rows = (
            row
            for name, sampler in RUNS
            for row in measured(name, sampler, most=most, home=Path(folder) / f"{name}-{sampler}")
        )
        write(rows, given.out / "bookkeeping.csv")


if __name__ == "__main__":
    sys.exit(run(main))
