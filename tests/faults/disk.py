"""python -m tests.faults.disk: searches on disks with little room; a line of disk.csv each.

Some 20 seconds a disk: each full one is waited for, in vain.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.process import ROOT
from tests.faults.searches import SEARCHES
from tests.last import note

RESULTS = Path(__file__).with_name("disk.csv")
KINDS = ("evaluated", "inline", "ray")
NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")


def fill(home: Path, *flags: str) -> list[dict[str, object]]:
    """What each search on a disk that fills up did. OSError where none can be mounted here."""
    try:
        subprocess.run([*NAMESPACE, "true"], check=True, capture_output=True, timeout=30)
    except subprocess.SubprocessError as error:
        raise OSError(f"no file system can be mounted here: {error}") from error
    command = [*NAMESPACE, sys.executable, "-m", "tests.faults.full_disk", str(home), *flags]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def main() -> int:
    """Exit code 1 for any breach."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.disk", description=__doc__)
    parser.add_argument("--instants", type=int, default=50, metavar="N", help="disks of each kind")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument("--search", nargs="+", choices=[*SEARCHES], default=[*KINDS])
    given = parser.parse_args()
    found = 0
    for search in given.search:
        asked = ("--search", search, "--instants", str(given.instants), "--seed", str(given.seed))
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="disk-") as home:
            told = fill(Path(home).resolve(), *asked)
        breaches = [one for one in told if one["breaches"]]
        for one in breaches:
            print(one, file=sys.stderr, flush=True)
        found += len(breaches)
        row = {
            "search": search,
            "n": len(told),
            "seed": given.seed,
            "filled": sum(one["code"] == 2 for one in told),
            "breaches": len(breaches),
            "minutes": f"{(time.monotonic() - started) / 60:.1f}",
        }
        print(row, flush=True)
        note(RESULTS, [row], by=("search",))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
