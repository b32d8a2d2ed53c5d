"""python -m tests.faults: kill -9 at many random instants; a line of results.csv for each kind.

On two shared cores 50 instants take 2 to 6 minutes without Ray, and with it some 40 of each kind.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.kill import Tally, disturb
from tests.faults.searches import SEARCHES
from tests.last import note

RESULTS = Path(__file__).with_name("results.csv")


def main() -> int:
    """Exit code 1 if anything was lost, repeated, left behind or left unsaid, or too few struck."""
    given = _arguments()
    found = 0
    for name, search in SEARCHES.items():
        if name not in given.search:
            continue
        for kind in search.kinds:
            if kind not in given.kind:
                continue
            started = time.monotonic()
            with tempfile.TemporaryDirectory(prefix="faults-") as home:
                tally = disturb(
                    search,
                    kind,
                    instants=given.instants,
                    seed=given.seed,
                    home=Path(home).resolve(),
                )
            _record(name, kind, given.seed, tally, (time.monotonic() - started) / 60)
            found += len(tally.breaches) + (tally.instants < given.instants)
    return 1 if found else 0


def _record(name: str, kind: str, seed: int, tally: Tally, minutes: float) -> None:
    """Print the breaches, and put the line in place of an older one of the same kind."""
    for breach in tally.breaches:
        print(f"{name}, {kind}: {breach}", file=sys.stderr, flush=True)
    row = {
        "search": name,
        "killed": kind,
        "n": tally.instants,
        "searches": tally.searches,
        "seed": seed,
        "breaches": len(tally.breaches),
        "notice_seconds_max": f"{max(tally.notices):.1f}" if tally.notices else "",
        "silent": tally.silent if tally.notices else "",
        "minutes": f"{minutes:.1f}",
    }
    print(row, flush=True)
    note(RESULTS, [row], by=("search", "killed"))


def _arguments() -> argparse.Namespace:
    kinds = sorted({kind for search in SEARCHES.values() for kind in search.kinds})
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--instants", type=int, default=50, metavar="N", help="kills of each kind")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument("--kind", nargs="+", choices=kinds, default=kinds, help="what is killed")
    parser.add_argument("--search", nargs="+", choices=[*SEARCHES], default=[*SEARCHES])
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
