"""The search of a space that brings its own evaluation: no data, no training, this process."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from nas.core.errors import InputError, unwritable
from nas.core.evaluated import EvaluatedSpace
from nas.core.evaluated_check import check_evaluated
from nas.core.narrowing import narrow
from nas.core.objective import Objective
from nas.core.space import load_space
from nas.core.within import Within, parse_range
from nas.reporting.evaluated import front_text, write_rows
from nas.samplers import DEFAULT, make_sampler
from nas.searching.arguments import parser
from nas.searching.interrupt import interrupted_once
from nas.study.evaluated import EvaluatedSettings, EvaluatedStudy, Row
from nas.study.run import FILE, check_name, only_driver, write_json
from nas.study.settings import differences
from nas.study.storage import open_storage, redacted
from nas.windows import Region, region_within

FACTORIES = "nas.space_factories"  # entry points: a space from what follows "NAME:" and the flags
FLAGS = ("knobs", "costs", "ordered")  # that only such a space takes
_COSTS = {"params": "budget", "macs": "macs", "flops": "flops"}  # by the flag that bounds each
_TRAINING = (
    *("data", "distort", "preset", "epochs", "resolution", "width_scale", "data_share"),
    *("val_limit", "batch_size", "learning_rate", "mixup", "ema", "drop_path", "execution"),
    *("checkpointing", "ray_address", "workers", "device", "gpus_per_trial", "runner"),
    *("target_resolution", "target_classes", "target_channels", "no_published", "keep_weights"),
)


def find_evaluated(args: argparse.Namespace) -> EvaluatedSpace | None:
    """The space that --space names, if it brings its own evaluation; None if it does not."""
    name, colon, rest = args.space.partition(":")
    factories = {entry.name: entry for entry in entry_points(group=FACTORIES)}
    given = {flag: getattr(args, flag) for flag in FLAGS}
    if colon and name in factories:
        space = factories[name].load()(rest, objectives=args.objectives, **given)
        assert isinstance(space, EvaluatedSpace)
        return space
    for flag, value in given.items():
        if value is not None:
            known = ", ".join(sorted(factories))
            raise InputError(f"--{flag}: only for tables; expected --space {known}:FILE")
    if args.space in factories:
        raise InputError(f"--space {args.space}: expected {args.space}:FILE")
    found = load_space(args.space)
    if not isinstance(found, EvaluatedSpace):
        return None
    check_evaluated(args.space, found)
    return found


def drive_evaluated(space: EvaluatedSpace, args: argparse.Namespace) -> int:
    """Run, or go on with, the search; the exit code."""
    untouched = parser()
    for flag in _TRAINING:
        if getattr(args, flag) != untouched.get_default(flag):
            said = flag.replace("_", "-")
            raise InputError(f"--{said}: {space.name} brings its own evaluation; leave it out")
    objectives = space.weighed(args.objectives)
    region = _region(space, args)
    settings = _settings(space, args, region, objectives)
    name = check_name(args.study or _name(settings))
    folder = Path(args.out) / name
    _agree(folder, settings.to_dict(), args.storage)
    with only_driver(folder), interrupted_once():
        url = args.storage or f"sqlite:///{(folder / FILE).resolve()}"
        study = EvaluatedStudy(
            open_storage(url),
            name,
            space=space,
            region=region,
            objectives=objectives,
            settings=settings.to_dict(),
        )
        _write_run(folder, name, settings, args.storage)
        study.use(
            lambda known: make_sampler(
                settings.sampler, region, seed=args.seed, known=known, objectives=objectives
            )
        )
        interrupted, exhausted = False, False
        try:
            exhausted = _run(study, args)
        except KeyboardInterrupt:
            interrupted = True
        finally:  # also where the space turns out to be defective
            rows = study.rows()
            _write(rows, space, objectives, folder)
    return _farewell(rows, objectives, folder, url, args, interrupted, exhausted)


def _write(
    rows: list[Row], space: EvaluatedSpace, objectives: tuple[Objective, ...], folder: Path
) -> None:
    try:
        write_rows(rows, space, objectives, folder)
    except OSError as error:
        raise unwritable(folder.parent, error) from error


def _region(space: EvaluatedSpace, args: argparse.Namespace) -> Region:
    choices = narrow(space, args.fix, args.choices)
    asked = [(f"--{flag}", cost, getattr(args, flag)) for cost, flag in _COSTS.items()]
    for text in args.within:
        cost, equals, window = text.partition("=")
        if not equals:
            raise InputError(f"--within {text}: expected COST=LO-HI")
        asked.append((f"--within {cost}", cost.strip(), window))
    ranges = tuple(
        parse_range(flag, cost, window, costs=space.priced)
        for flag, cost, window in asked
        if window is not None
    )
    region = region_within(space, choices=choices, budget=Within(ranges=ranges))
    if not region.has_unseen(()):
        found = "nothing" if region.members is not None else "in many draws nothing"
        raise InputError(f"{found} of {space.name} fits: {region.budget}; widen it")
    return region


def _settings(
    space: EvaluatedSpace,
    args: argparse.Namespace,
    region: Region,
    objectives: tuple[Objective, ...],
) -> EvaluatedSettings:
    return EvaluatedSettings(
        space=args.space,
        knobs={knob.name: knob.choices for knob in region.knobs},
        ordered=tuple(knob.name for knob in region.knobs if knob.ordered),
        costs=tuple(space.priced),
        objectives=tuple(f"{one.name}:{one.direction}" for one in objectives),
        within=str(region.budget),
        sampler=DEFAULT if args.sampler == "auto" else args.sampler,
        seed=args.seed,
        digest=getattr(space, "digest", None),
    )


def _name(settings: EvaluatedSettings) -> str:
    text = json.dumps(settings.to_dict(), sort_keys=True)
    plain = "".join(letter if letter.isalnum() else "-" for letter in settings.space)[-40:]
    return f"{plain.strip('-')}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _agree(folder: Path, settings: Mapping[str, Any], storage: str | None) -> None:
    """InputError where the folder holds another search."""
    path = folder / "run.json"
    if not path.exists():
        return
    try:
        known = json.loads(path.read_text())
        differing = differences(known["settings"], dict(settings))
        where = known["storage"]
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise InputError(f"{path}: cannot be read; mend it, or choose another --study") from error
    if differing:
        raise InputError(
            f"study {folder.name} has other settings: {'; '.join(differing)};"
            " choose another --study, or none"
        )
    if where != (FILE if storage is None else redacted(storage)):
        raise InputError(f"study {folder.name} lies in {where}; go on with it there")


def _write_run(folder: Path, name: str, settings: EvaluatedSettings, storage: str | None) -> None:
    content = {
        "study": name,
        "storage": FILE if storage is None else redacted(storage),
        "settings": settings.to_dict(),
    }
    try:
        write_json(folder / "run.json", content)
    except OSError as error:
        raise unwritable(folder.parent, error) from error


def _run(study: EvaluatedStudy, args: argparse.Namespace) -> bool:
    """Trials until enough are complete or time is over; whether no member was left before."""
    deadline = None if args.minutes is None else time.monotonic() + 60 * args.minutes
    complete, failed = _counts(study.rows())
    told = time.monotonic()
    while complete < args.trials and complete + failed < 2 * args.trials:
        if deadline is not None and time.monotonic() >= deadline:
            return False
        if not study.step():
            return True
        complete, failed = _counts(study.rows())
        if not args.quiet and time.monotonic() - told > 5:
            told = time.monotonic()
            print(f"[{complete}/{args.trials}] {failed} failed", file=sys.stderr, flush=True)
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
        print(f"\nfiles: {folder}/ trials.csv front.csv\nlook:  optuna-dashboard {redacted(url)}")
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
