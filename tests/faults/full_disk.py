"""python -m tests.faults.full_disk: searches on a small file system that fills up, as one process.

It mounts a tmpfs, so it is to be started in a mount namespace of its own (`unshare --mount`), with
which the tmpfs vanishes. It prints one JSON object a search.
"""

import argparse
import json
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.faults.begun import FILE
from tests.faults.judge import changed
from tests.faults.process import COMPLAINTS, SAID, ended, kill, start, warm
from tests.faults.searches import SEARCHES, Search

SIZE = 24 * 2**20  # of the file system: a search takes some 6 MB
ROOM = (12, 23)  # bytes left in it before the search starts, as powers of two
PATIENCE = 120.0  # seconds for one start


def main() -> int:
    """Fill, search, look, free, and search again; so often, with other room each time."""
    given = _arguments()
    rng = random.Random(given.seed)
    warm()
    for number in range(given.instants):
        name = given.search[number % len(given.search)]
        room = int(2 ** rng.uniform(*ROOM))
        home = given.home / str(number)
        home.mkdir(parents=True)
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(home)],
            check=True,
            timeout=30,
        )
        code, breaches = _fill_and_free(SEARCHES[name], home, room)
        told = {"search": name, "room": room, "code": code, "breaches": breaches}
        print(json.dumps(told), flush=True)
        subprocess.run(["umount", str(home)], check=True, timeout=30)
    return 0


def _fill_and_free(search: Search, home: Path, room: int) -> tuple[int | None, list[str]]:
    """The exit code on the full disk, and what that brought about that it must not."""
    for name in (SAID, COMPLAINTS, FILE):
        (home / name).symlink_to(home.parent / f"{home.name}.{name}")  # told elsewhere
    filler = home / "filler"
    filler.write_bytes(b"\0" * (SIZE - room))
    code, said = _run(search, home)
    filler.unlink()
    return code, [*_full(code, said), *_freed(search, home)]


def _full(code: int | None, said: list[str]) -> Iterator[str]:
    if code not in (0, 2):
        yield f"full: exit code {code}: {said[-1:]}"
    if code == 2 and (len(said) < 1 or not re.match(r"error: .*", said[-1])):
        yield f"full: no line says so: {said[-1:]}"
    if any("Traceback" in line for line in said):
        yield f"full: a traceback: {said[-1]}"


def _freed(search: Search, home: Path) -> Iterator[str]:
    before = search.seen(home)
    code, said = _run(search, home)
    if code != 0:
        yield f"freed: exit code {code}: {said[-1:]}"
        return
    yield from changed(before, search.seen(home))
    yield from search.wrong(home, "\n".join(said))


def _run(search: Search, home: Path) -> tuple[int | None, list[str]]:
    process = start(home, search.command)
    if not ended(process, within=PATIENCE):
        kill(process.pid or 0)
        process.join()
    return process.exitcode, (home / COMPLAINTS).read_text().splitlines()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.full_disk", description=__doc__)
    parser.add_argument("home", type=Path, metavar="DIR", help="where to mount")
    parser.add_argument("--instants", type=int, default=3, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument("--search", nargs="+", choices=[*SEARCHES], default=["evaluated", "inline"])
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
