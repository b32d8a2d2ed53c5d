"""The search of a space that brings its own evaluation: no data, no training, this process."""

import argparse
import shlex
import sys
import time
from pathlib import Path

from nas.core.errors import unwritable
from nas.core.evaluated import EvaluatedSpace
from nas.core.interrupt import interrupted_once, raise_swallowed
from nas.core.objective import Objective
from nas.core.redaction import redacted
from nas.reporting.evaluated import front_text, write_rows
from nas.searching.counted import counted, kinds
from nas.searching.drivers import sampler_seed
from nas.searching.evaluated_search import search_of
from nas.searching.farewell import report_command
from nas.searching.live_rows import LiveRows
from nas.searching.versions import versions
from nas.study.evaluated import Row
from nas.study.evaluated_study import EvaluatedStudy
from nas.study.folder import driving
from nas.study.run import Run, check_name, open_run
from nas.study.storage import JOURNAL, open_storage

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

    def open_there() -> EvaluatedStudy:
        seconds = None if args.trial_minutes is None else 60 * args.trial_minutes
        return search.study(open_storage(url), run.name, alone=run.alone, seconds=seconds)

    # A storage elsewhere may refuse, and then no folder is to be left behind.
    elsewhere = None if run.alone else open_there()
    with driving(run.folder, alone=run.alone), interrupted_once():
        study = elsewhere or open_there()
        seed = sampler_seed(study.drivers, args.seed, search.settings.lag)
        run.save({name: getattr(args, name) for name in ("trials", "minutes", "trial_minutes")})
        study.use(lambda known: search.sampler(seed=seed, known=known))
        if not args.quiet and (known := len(study.rows())):
            print(f"going on after {counted(known, 'evaluation')}", file=sys.stderr, flush=True)
        interrupted, exhausted = False, False
        try:
            with LiveRows(study, search.objectives, asked=args.trials, quiet=args.quiet) as live:
                exhausted = _run(study, args, live)
        except KeyboardInterrupt:
            interrupted = True
        finally:  # also where the space turns out to be defective
            study.give_up()
            study.drivers.close()
            rows = study.rows()
            _write(rows, space, search.objectives, run.folder)
    return _farewell(rows, search.objectives, run, url, args, interrupted, exhausted)


def _write(
    rows: list[Row], space: EvaluatedSpace, objectives: tuple[Objective, ...], folder: Path
) -> None:
    from nas.reporting.evaluated_figures import write_figures  # loads large libraries

    try:
        write_rows(rows, space, objectives, folder)
        write_figures(rows, objectives, folder, space=space.name)
    except OSError as error:
        raise unwritable(folder.parent, error) from error


def _run(study: EvaluatedStudy, args: argparse.Namespace, live: LiveRows) -> bool:
    """Trials until enough are complete or time is over; whether no member was left before."""
    deadline = None if args.minutes is None else time.monotonic() + 60 * args.minutes
    while study.complete < args.trials and study.complete + study.failed < 2 * args.trials:
        if deadline is not None and time.monotonic() >= deadline:
            return False
        raise_swallowed()
        step = study.step(most=args.trials)
        if step == "exhausted":
            return True
        if step == "wait":
            time.sleep(IDLE)
        live.look()
    return False


def _farewell(
    rows: list[Row],
    objectives: tuple[Objective, ...],
    run: Run,
    url: str,
    args: argparse.Namespace,
    interrupted: bool,
    exhausted: bool,
) -> int:
    failures = [row.failure for row in rows if row.failure is not None]
    complete = len(rows) - len(failures)
    print(front_text(rows, objectives))
    if not args.quiet:
        drawn = " front.html front.png" if complete else ""
        print(f"\nfiles: {run.folder}/ trials.csv front.csv{drawn}")
        if complete:
            print(f"look:  {shlex.join(report_command(run, args.storage))}")
        database = redacted(url).removeprefix(JOURNAL)
        print(f"watch: {shlex.join(['optuna-dashboard', '--host', '127.0.0.1', database])}")
    if failures and not args.quiet:
        print(f"failures: {kinds(failures)}; the last: {failures[-1]}", file=sys.stderr)
    if interrupted:
        print("stopped; the same command goes on from here", file=sys.stderr)
        return 130
    if exhausted and not args.quiet:
        print(f"{len(rows)} evaluated; no other member was found", file=sys.stderr)
    if not complete:
        print(f"error: no trial succeeded: {kinds(failures) or 'none was tried'}", file=sys.stderr)
    return 0 if complete else 1
