"""A search from its settings to its front: opens the study, runs the campaign, writes the reports."""

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from nas.core.cost import human
from nas.core.evaluation import Outcome
from nas.core.objective import Objective
from nas.core.region import Member, Region
from nas.core.space import find_space
from nas.evaluation.device import Asked
from nas.evaluation.job import Job
from nas.reporting.console import front_text
from nas.reporting.front import front
from nas.samplers import make_sampler
from nas.scheduling import Runner, run_inline
from nas.searching.live import Live
from nas.searching.reports import write_reports
from nas.searching.resolve import objectives_of, region_of
from nas.searching.resources import resources_for
from nas.study.campaign import Campaign, Reference
from nas.study.ledger import Ledger, Ticket
from nas.study.record import Record
from nas.study.run import Run, only_driver, open_run
from nas.study.settings import Settings
from nas.study.storage import open_storage

PACKAGES = ("accvit-nas", "torch", "optuna", "ray", "numpy")
PUBLISHED_REPLICATES = 2


def drive(settings: Settings, args: argparse.Namespace) -> int:
    """Run, or go on with, the search; the exit code."""
    space = find_space(settings.space)
    region, objectives = region_of(settings, space), objectives_of(settings)
    region.check()
    resources = resources_for(settings, region, args)
    name = args.study or settings.name()
    run = open_run(
        Path(args.out), name, settings, storage=args.storage, versions=_versions()
    )
    with only_driver(run.folder):
        storage = open_storage(args.storage or run.storage_url)
        ledger = Ledger(
            storage,
            name,
            region=region,
            fidelity=settings.fidelity,
            objectives=objectives,
            seed=settings.seed,
        )
        left = ledger.recover()
        known = ledger.records()
        ledger.use(make_sampler(settings.sampler, region, seed=settings.seed, known=len(known)))
        campaign = Campaign(
            ledger,
            trials=args.trials,
            workers=resources.workers,
            references=_references(settings, region),
            minutes=args.minutes,
        )
        live = Live(campaign, ledger.records, objectives, quiet=args.quiet)
        _greet(live, run, settings, region, len(known), left)
        keeper = _Keeper(run, ledger, objectives, keep=args.keep_weights)

        def listen(ticket: Ticket, outcome: Outcome | None) -> None:
            keeper(ticket, outcome)
            live(ticket, outcome)

        def make_job(ticket: Ticket) -> Job:
            return job_of(settings, ticket, run, threads=resources.threads, keep=args.keep_weights)

        interrupted = False
        try:
            if not campaign.finished:
                _runner(args, resources)(campaign, make_job, listen)
        except KeyboardInterrupt:
            interrupted = True
            ledger.recover()
        write_reports(run, settings, space, ledger.records(), objectives)
    return _farewell(run, args, campaign, ledger.records(), objectives, interrupted)


def job_of(
    settings: Settings, ticket: Ticket, run: Run, *, threads: int | None, keep: str
) -> Job:
    """The plain values that a worker needs for a ticket."""
    evaluation = ticket.evaluation
    device: Asked = "cuda" if settings.device.startswith("cuda") else "cpu"
    weights = run.weights_path(evaluation.key, evaluation.replicate).resolve()
    return Job(
        evaluation=evaluation,
        space=settings.space,
        data=settings.data,
        recipe=settings.recipe,
        study_seed=settings.seed,
        device=device,
        threads=threads,
        weights=weights if keep != "none" and ticket.role == "search" else None,
    )


class _Keeper:
    """Deletes the weights of trials that are not on the front, unless all are to be kept."""

    def __init__(
        self, run: Run, ledger: Ledger, objectives: Sequence[Objective], *, keep: str
    ) -> None:
        self._run, self._ledger, self._objectives, self._keep = run, ledger, objectives, keep

    def __call__(self, ticket: Ticket, outcome: Outcome | None) -> None:
        if outcome is None or self._keep != "front":
            return
        kept = {
            self._run.weights_path(member.key, 0).name
            for member in front(self._ledger.records(), self._objectives)
        }
        for path in (self._run.folder / "weights").glob("*.safetensors"):
            if path.name not in kept:
                path.unlink(missing_ok=True)


def _references(settings: Settings, region: Region) -> list[Reference]:
    """Published members inside the window, each with so many seeds; told where one cannot be trained."""
    if not settings.published:
        return []
    planned: list[Reference] = []
    whole = Region(
        space=region.space,
        choices={knob.name: knob.choices for knob in region.space.knobs},
        budget=region.budget,
        target=region.target,
        representable=region.representable,
    )
    for replicate in range(PUBLISHED_REPLICATES):
        for label, configuration in region.space.published.items():
            member = whole.admit(region.space.encode(configuration))
            if isinstance(member, Member):
                planned.append(
                    Reference(member=member, role="published", label=label, replicate=replicate)
                )
    return planned


def _runner(args: argparse.Namespace, resources: object) -> Runner:
    if args.runner == "inline":
        return run_inline
    from nas.scheduling.environment import configure

    configure(args.ray_address)
    from nas.scheduling.ray_tune import RayRunner

    return RayRunner(resources, address=args.ray_address)  # type: ignore[arg-type]


def _greet(
    live: Live, run: Run, settings: Settings, region: Region, known: int, left: int
) -> None:
    least, most = region.cost_range["params"]
    live.say(
        f"study {run.name} in {run.folder}: {settings.budget} of {settings.space}"
        f" ({human(least)}-{human(most)} parameters here)"
    )
    live.say(f"proxy: {settings.data.source}, {settings.fidelity}, on {settings.device}")
    if known:
        live.say(f"going on with {known} evaluations, {left} of them cut short last time")


def _farewell(
    run: Run,
    args: argparse.Namespace,
    campaign: Campaign,
    records: Sequence[Record],
    objectives: Sequence[Objective],
    interrupted: bool,
) -> int:
    now = campaign.progress
    print(front_text(records, objectives))
    print()
    if campaign.exhausted:
        print(f"all {now.complete} found were evaluated: no unseen configuration is left inside")
    if campaign.failures:
        print("failures: " + ", ".join(f"{n} {kind}" for kind, n in campaign.failures.items()))
    print(f"files: {run.folder}/ trials.csv front.csv front.html front.png run.json")
    print(f"look:  optuna-dashboard --host 127.0.0.1 {args.storage or run.storage_url}")
    members = front(records, objectives)
    if members:
        best = max(members, key=lambda member: member.accuracy)
        print(
            f"take:  python -m nas.export --study {run.folder} --trial {best.number}"
            f" --out exported/{best.number}"
        )
    if interrupted:
        print("stopped; the same command goes on from here", file=sys.stderr)
        return 130
    if not now.complete:
        told = ", ".join(f"{n} {kind}" for kind, n in campaign.failures.items()) or "none was tried"
        print(f"error: no trial succeeded: {told}", file=sys.stderr)
        return 1
    print(f"more:  the same command with --trials {2 * now.complete}")
    return 0


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version(), "cpus": str(os.cpu_count())}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
