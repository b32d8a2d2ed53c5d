"""The search of a space that brings its own evaluation: no data, no training, this process."""

import argparse
import sys
import time
from pathlib import Path

from nas.core.errors import unwritable
from nas.core.evaluated import EvaluatedSpace
from nas.core.objective import Objective
from nas.reporting.evaluated import front_text, write_rows
from nas.searching.drivers import sampler_seed
from nas.searching.evaluated_search import search_of
from nas.searching.interrupt import interrupted_once
from nas.searching.versions import versions
from nas.study.evaluated import EvaluatedStudy, Row
from nas.study.run import check_name, driving, open_run
from nas.study.storage import open_storage, redacted

IDLE = 0.2  # seconds


def drive_evaluated(space: EvaluatedSpace, args: argparse.Namespace) -> int:
    """Run, or go on with, the search; the exit code."""
    search = search_of(space, args)
    run = open_run(
        Path(args.out),
        check_name(search.name if args.study is None else args.study),
        search.settings.to_dict(),
        storage=args.storage,
        versions=versions(),
        command=args.command,
    )
    url = args.storage or run.storage_url
    alone = args.storage is None
    with driving(run.folder, alone=alone), interrupted_once():
        study = search.study(open_storage(url), run.name, alone=alone)
        run.save({"trials": args.trials, "minutes": args.minutes})
        seed = sampler_seed(study.drivers, args.seed, search.settings.lag)
        study.use(lambda known: search.sampler(seed=seed, known=known))
        interrupted, exhausted = False, False
        try:
            exhausted = _run(study, args)
        except KeyboardInterrupt:
            interrupted = True
        finally:  # also where the space turns out to be defective
            study.drivers.close()
            rows = study.rows()
            _write(rows, space, search.objectives, run.folder)
    return _farewell(rows, search.objectives, run.folder, url, args, interrupted, exhausted)


def _write(
    rows: list[Row], space: EvaluatedSpace, objectives: tuple[Objective, ...], folder: Path
) -> None:
    from nas.reporting.evaluated_figures import write_figures  # loads large libraries

    try:
        write_rows(rows, space, objectives, folder)
        write_figures(rows, objectives, folder, space=space.name)
    except OSError as error:
        raise unwritable(folder.parent, error) from error


def _run(study: EvaluatedStudy, args: argparse.Namespace) -> bool:
    """Trials until enough are complete or time is over; whether no member was left before."""
    deadline = None if args.minutes is None else time.monotonic() + 60 * args.minutes
    told = time.monotonic()
    while study.complete < args.trials and study.complete + study.failed < 2 * args.trials:
        if deadline is not None and time.monotonic() >= deadline:
            return False
        step = study.step(most=args.trials)
        if step == "exhausted":
            return True
        if step == "wait":
            time.sleep(IDLE)
        if not args.quiet and time.monotonic() - told > 5:
            told = time.monotonic()
            line = f"[{study.complete}/{args.trials}] {study.failed} failed"
            print(line, file=sys.stderr, flush=True)
    return False


def _counts(rows: list[Row]) -> tuple[int, int]:
    failed = sum(row.failure is not None for row in rows)
    return len(rows) - failed, failed


def _farewell(
    rows: list[Row],
    objectives: tuple[Objective, ...],
    folder: Path,
    url: str,
    args: argparse.Namespace,
    interrupted: bool,
    exhausted: bool,
) -> int:
    complete, failed = _counts(rows)
    print(front_text(rows, objectives))
    if not args.quiet:
        drawn = " front.html front.png" if complete else ""
        print(f"\nfiles: {folder}/ trials.csv front.csv{drawn}")
        print(f"look:  optuna-dashboard --host 127.0.0.1 {redacted(url)}")
    if interrupted:
        print("stopped; the same command goes on from here", file=sys.stderr)
        return 130
    if exhausted and not args.quiet:
        print(f"{len(rows)} evaluated; no other member was found", file=sys.stderr)
    if failed and not args.quiet:
        last = next(row.failure for row in reversed(rows) if row.failure is not None)
        print(f"failures: {failed}, the last: {last}", file=sys.stderr)
    if not complete:
        print("error: no trial succeeded", file=sys.stderr)
        return 1
    return 0
