"""What a search of a space that brings its own evaluation is, from the arguments."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from importlib.metadata import entry_points

from optuna.samplers import BaseSampler
from optuna.storages import BaseStorage

from nas.core.errors import InputError
from nas.core.evaluated import EvaluatedSpace
from nas.core.evaluated_check import check_evaluated
from nas.core.narrowing import narrow
from nas.core.objective import Objective
from nas.core.space import FACTORIES, load_space
from nas.core.within import Within, parse_range
from nas.samplers import DEFAULT, make_sampler
from nas.searching.nothing_fits import nothing_fits
from nas.study.evaluated_study import EvaluatedSettings, EvaluatedStudy
from nas.study.settings import name_of
from nas.windows import Region, region_within

FLAGS = ("knobs", "costs", "ordered")  # that only such a space takes
_COSTS = {"params": "budget", "macs": "macs", "flops": "flops"}  # by the flag that bounds each
_TRAINING = (
    *("data", "distort", "preset", "epochs", "resolution", "width_scale", "data_share"),
    *("val_limit", "batch_size", "learning_rate", "mixup", "ema", "drop_path", "execution"),
    *("checkpointing", "target_resolution", "target_classes", "target_channels"),
    *("no_published", "keep_weights"),
)
_PLACES = ("runner", "workers", "threads", "device", "gpus_per_trial", "ray_address", "ray_code")
_SO_IT_IS = {"runner": "inline", "workers": 1}  # may be said


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
        if args.within:
            raise InputError(
                f"--within {args.within[0]}: only for spaces that bring their own evaluation; bound"
                " networks with --budget, --macs or --flops"
            )
        return None
    check_evaluated(args.space, found)
    return found


@dataclass(frozen=True, kw_only=True)
class EvaluatedSearch:
    """The space, what of it may be proposed, and what is sought."""

    space: EvaluatedSpace
    region: Region
    objectives: tuple[Objective, ...]
    settings: EvaluatedSettings

    @property
    def name(self) -> str:
        """The default name of the study."""
        return name_of(self.settings.to_dict())

    def study(
        self, storage: BaseStorage, name: str, *, alone: bool, seconds: float | None = None
    ) -> EvaluatedStudy:
        """Opened or created there. InputError where it has other settings.

        `seconds` are those that an evaluation may take.
        """
        return EvaluatedStudy(
            storage,
            name,
            space=self.space,
            region=self.region,
            objectives=self.objectives,
            settings=self.settings.to_dict(),
            alone=alone,
            lag=self.settings.lag,
            seconds=seconds,
        )

    def sampler(self, *, seed: int, known: int) -> BaseSampler:
        """For a study that holds so many trials."""
        return make_sampler(
            self.settings.sampler,
            self.region,
            seed=seed,
            known=known,
            objectives=self.objectives,
        )


def search_of(space: EvaluatedSpace, args: argparse.Namespace) -> EvaluatedSearch:
    """As asked. InputError for what cannot be had of this space."""
    _check_flags(space, args)
    objectives = space.weighed(args.objectives)
    region = _region(space, args)
    return EvaluatedSearch(
        space=space,
        region=region,
        objectives=objectives,
        settings=_settings(space, args, region, objectives),
    )


def _check_flags(space: EvaluatedSpace, args: argparse.Namespace) -> None:
    """InputError for what would change nothing, where somebody has written it."""
    written = {word.partition("=")[0] for word in args.command}
    for flag in (*_TRAINING, *_PLACES):
        said = f"--{flag.replace('_', '-')}"
        if said not in written or getattr(args, flag) == _SO_IT_IS.get(flag):
            continue
        advice = "leave it out"
        if flag in _PLACES:
            advice = f"in this process; {advice}, or start several processes with --storage"
        raise InputError(f"{said}: {space.name} brings its own evaluation, {advice}")


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
        raise InputError(nothing_fits(region, ranges))
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
        within=region.budget.exact if isinstance(region.budget, Within) else "",
        sampler=DEFAULT if args.sampler == "auto" else args.sampler,
        seed=args.seed,
        digest=getattr(space, "digest", None),
        lag=args.deterministic and 1,  # one after the other: each may know all before it
    )
