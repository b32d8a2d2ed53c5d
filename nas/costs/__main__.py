"""python -m nas.costs: draw members of a space and count each of them three ways.

Every value of every knob appears among them. They are checked at the reference and, in turn, at
smaller settings, one process a core. With --record, what is done is kept and not done again.
"""

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nas.commandline import Parser, count, run
from nas.core.space import find_space
from nas.costs.campaign import results, tasks
from nas.costs.record import append, holds, read


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 1 where any member's costs disagree."""
    given = _parser().parse_args(arguments)
    space = find_space(given.space)
    pending = tasks(space, given.count, seed=given.seed)
    drawn = len(pending)
    kept = read(given.record)
    found = [kept[key] for key, task in pending.items() if holds(kept.get(key), task)]
    for result in found:
        del pending[result["task"]]
    start = time.monotonic()
    for result in results(given.space, pending.values(), jobs=given.jobs):
        found.append(result)
        append(given.record, result)
        _show(result, len(found), drawn)
    wrong = sum(bool(result["disagreements"]) for result in found)
    print(
        f"{space.name}: {drawn} members three ways, {wrong} disagree"
        f" ({len(pending)} counted now, in {time.monotonic() - start:.0f} s)"
    )
    return 1 if wrong else 0


def _show(done: dict[str, Any], number: int, of: int) -> None:
    for said in done["disagreements"]:
        print(f"{json.dumps(done['genome'])} at {done['setting']['resolution']} px: {said}")
    if number == of or number % 20 == 0:
        print(f"{number} of {of}", file=sys.stderr, flush=True)


def _parser() -> Parser:
    parser = Parser(prog="python -m nas.costs", description=__doc__ or "")
    add = parser.add_argument
    add("--space", required=True, metavar="NAME", help="a space's name, or package.module:SPACE")
    add("--count", type=count, default=2000, metavar="N", help="members; default: 2000")
    cores = os.cpu_count() or 1
    add("--jobs", type=count, default=cores, metavar="N", help="processes; default: all cores")
    add("--seed", type=int, default=0, metavar="N", help="of the draw; default: 0")
    add("--record", type=Path, metavar="FILE.jsonl", help="keep results here, and go on from them")
    return parser


if __name__ == "__main__":
    sys.exit(run(main))
