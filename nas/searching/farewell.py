"""What a search leaves on the screen: the front, and the commands that follow from it."""

import argparse
import shlex
import sys
from collections.abc import Iterator, Sequence

from nas.core.objective import Objective
from nas.core.redaction import redacted
from nas.reporting.console import front_text
from nas.reporting.front import front
from nas.study.campaign import Campaign
from nas.study.record import Record
from nas.study.run import Run
from nas.study.storage import JOURNAL


def farewell(
    run: Run,
    args: argparse.Namespace,
    campaign: Campaign,
    records: Sequence[Record],
    objectives: Sequence[Objective],
    interrupted: bool,
    *,
    listed: bool = True,
) -> int:
    """Print it; the exit code. On stdout the front and commands, on stderr what went wrong.

    `listed`: all members of the window are known, so that none left is a fact.
    """
    print(front_text(records, objectives))
    if not args.quiet:
        print("", *_commands(run, args, records, objectives), _more(campaign, listed), sep="\n")
    told = ", ".join(f"{count} {kind}" for kind, count in campaign.failures.most_common())
    if not (interrupted or campaign.progress.complete):
        print(f"error: no trial succeeded: {told or 'none was tried'}", file=sys.stderr)
        return 1
    if told and not args.quiet:
        print(f"failures: {told}", file=sys.stderr)
    if interrupted:
        print("stopped; the same command goes on from here", file=sys.stderr)
        return 130
    return 0


def _commands(
    run: Run, args: argparse.Namespace, records: Sequence[Record], objectives: Sequence[Objective]
) -> Iterator[str]:
    storage = redacted(args.storage or run.storage_url)
    members = front(records, objectives)
    if members:
        yield f"look:  {shlex.join(report_command(run, args.storage))}"
    dashboard = ["optuna-dashboard", "--host", "127.0.0.1", storage.removeprefix(JOURNAL)]
    yield f"watch: {shlex.join(dashboard)}"
    if members:
        best = str(max(members, key=lambda member: member.accuracy).number)
        command = ["python", "-m", "nas.export", "--study", str(run.folder)]
        yield f"take:  {shlex.join([*command, '--trial', best, '--out', f'exported/{best}'])}"


def report_command(run: Run, storage: str | None) -> list[str]:
    """What writes the run's page; a password is left for a person to put in."""
    command = ["python", "-m", "nas.report", str(run.folder)]
    if storage is not None and redacted(storage) != storage:
        command += ["--storage", redacted(storage)]
    return command


def _more(campaign: Campaign, listed: bool) -> str:
    """How the search goes on."""
    now = campaign.progress
    if campaign.exhausted:
        tried = now.complete + now.failed
        if not listed:
            return (
                f"more:  {tried} evaluated; no other was found in many draws, so there may be some"
            )
        return f"more:  all {tried} evaluated; no other network was found in the window"
    if campaign.finished and not campaign.out_of_time:
        return f"more:  the same command with --trials {2 * max(now.asked, now.complete)}"
    return "more:  the same command goes on from here"
