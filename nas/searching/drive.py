"""A search from settings to front: opens the study, runs the campaign, writes the reports."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nas.core.cost import human
from nas.core.errors import unwritable
from nas.core.evaluation import Outcome
from nas.core.guard import guarded
from nas.core.interrupt import interrupted_once
from nas.core.space import find_space
from nas.evaluation.job import Job
from nas.samplers import make_sampler
from nas.scheduling import Resources
from nas.searching.checked import check_checkpointing, check_costs
from nas.searching.counted import counted
from nas.searching.drivers import sampler_seed
from nas.searching.farewell import farewell
from nas.searching.live import Live
from nas.searching.reports import write_reports
from nas.searching.resolve import objectives_of, region_of
from nas.searching.resources import resources_for
from nas.searching.runner import make_runner
from nas.searching.versions import versions
from nas.searching.weights import WeightKeeper
from nas.study.campaign import Campaign, Reference
from nas.study.folder import driving
from nas.study.ledger import Ledger
from nas.study.run import Run, check_name, open_run
from nas.study.settings import Settings
from nas.study.storage import open_storage
from nas.study.ticket import Ticket
from nas.windows import Member, Region, check_region

PUBLISHED_REPLICATES = 2


def drive(settings: Settings, args: argparse.Namespace) -> int:
    """Run, or go on with, the search; the exit code."""
    name = check_name(settings.name() if args.study is None else args.study)
    space = guarded(settings.space, find_space(settings.space))
    region, objectives = region_of(settings, space), objectives_of(settings)
    check_region(region)
    check_costs(region)
    check_checkpointing(region, settings)
    resources = resources_for(settings, region, args)
    run = open_run(
        Path(args.out),
        name,
        settings.to_dict(),
        storage=args.storage,
        versions=versions(),
        command=args.command,
    )

    def open_ledger(url: str) -> Ledger:
        return Ledger(
            open_storage(url),
            run.name,
            region=region,
            fidelity=settings.fidelity,
            objectives=objectives,
            seed=settings.seed,
            settings=settings.to_dict(),
            alone=run.alone,
            lag=settings.lag,
        )

    # A storage elsewhere may refuse, and then no folder is to be left behind.
    elsewhere = None if run.alone else open_ledger(args.storage or run.storage_url)
    with driving(run.folder, alone=run.alone), interrupted_once():
        ledger = elsewhere or open_ledger(run.storage_url)
        seed = sampler_seed(ledger.drivers, settings.seed, settings.lag)
        run.save(_execution(args, resources))
        left = ledger.recover()
        known = ledger.records()
        ledger.use(
            make_sampler(
                settings.sampler,
                region,
                seed=seed,
                known=0 if settings.lag else len(known),
                objectives=objectives,
            )
        )
        campaign = Campaign(
            ledger,
            trials=args.trials,
            workers=resources.workers,
            references=_references(settings, region),
            minutes=args.minutes,
        )
        live = Live(campaign, ledger.records, objectives, quiet=args.quiet)
        _greet(live, run, settings, region, len(known), left)
        keep = WeightKeeper(run, objectives, ledger.records, which=args.keep_weights)

        def listen(ticket: Ticket, outcome: Outcome | None) -> None:
            if outcome is not None:
                keep.tidy()
            live(ticket, outcome)

        def make_job(ticket: Ticket) -> Job:
            return settings.job(
                ticket.evaluation,
                threads=resources.threads,
                weights=keep.path(ticket),
                seconds=None if args.trial_minutes is None else 60 * args.trial_minutes,
            )

        interrupted = False
        try:
            if not campaign.finished:
                with live:
                    make_runner(args, resources)(campaign, make_job, listen)
        except KeyboardInterrupt:
            interrupted = True
        finally:
            ledger.give_up()
            ledger.drivers.close()
        keep.tidy(at_once=True)
        records = ledger.records()
        try:
            write_reports(run, settings, space, records, objectives)
        except OSError as error:
            raise unwritable(run.folder.parent, error) from error
        if region.window is not None and region.window.tally.drawn:
            tally = region.window.tally
            live.say(f"drawn from the window: {tally.drawn:,}, of which {tally.share:.0%} inside")
        drawn = " front.html front.png" if any(record.complete for record in records) else ""
        live.say(f"files: {run.folder}/ trials.csv reference.csv front.csv{drawn}")
        listed = region.members is not None
        return farewell(run, args, campaign, records, objectives, interrupted, listed=listed)


def _references(settings: Settings, region: Region) -> list[Reference]:
    """Published members that are inside the window and can be trained, each with so many seeds."""
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


def _greet(live: Live, run: Run, settings: Settings, region: Region, known: int, left: int) -> None:
    least, most = region.cost_range["params"]
    live.say(
        f"study {run.name} in {run.folder}: {settings.space}, {settings.budget}"
        f" (without it {human(least)}-{human(most)} parameters)"
    )
    narrowed = [knob for knob in region.knobs if knob not in region.space.knobs]
    if narrowed:
        said = (f"{knob.name} = {' or '.join(map(str, knob.choices))}" for knob in narrowed)
        live.say(f"narrowed: {', '.join(said)}")
    if settings.budget.bounds and region.fit:
        live.say(region.fit)
    live.say(f"proxy: {settings.data.source}, {settings.fidelity}, on {settings.device}")
    if settings.lag is None:
        live.say("asynchronous: its trials can be repeated, its order cannot (see --deterministic)")
    slowed = getattr(region.space, "slowed", None)
    if slowed is not None and (why := slowed(settings.device)):
        live.say(f"slower than it could be: {why}")
    if known or left:
        live.say(f"going on after {counted(known, 'evaluation')}{_cut(left)}")


def _cut(left: int) -> str:
    return f"; cut short, and to be repeated: {counted(left, 'trial')}" if left else ""


def _execution(args: argparse.Namespace, resources: Resources) -> dict[str, Any]:
    """How the search is run this time: none of it makes it another search."""
    asked = ("trials", "minutes", "trial_minutes", "runner", "keep_weights")
    return {**asdict(resources), **{name: getattr(args, name) for name in asked}}
