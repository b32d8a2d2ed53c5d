"""From arguments to settings: here each default is decided, once, and each mistake is found."""

import argparse
from dataclasses import replace
from typing import Any

import torch

from nas.core.budget import Budget, parse_bound
from nas.core.check import check_space
from nas.core.errors import InputError
from nas.core.fidelity import Fidelity, Setting, proxy_setting
from nas.core.narrowing import narrow
from nas.core.objective import Objective, parse_objectives
from nas.core.space import SearchSpace, find_space
from nas.data import Dataset, load
from nas.evaluation import FIDELITIES, Preset, Recipe, check_execution, pick_device
from nas.evaluation.job import DataSpec
from nas.samplers import DEFAULT
from nas.scheduling.cluster import cluster_device
from nas.study.settings import Settings
from nas.windows import Region, fits_fidelity


def resolve(args: argparse.Namespace) -> Settings:
    """All that changes results. InputError for anything that cannot be searched."""
    space = find_space(args.space)
    check_space(args.space, space)
    objectives = parse_objectives(args.objectives or "accuracy,params")
    choices = narrow(space, args.fix, args.choices)
    asked = (("params", args.budget), ("macs", args.macs), ("flops", args.flops))
    budget = Budget(tuple(parse_bound(metric, text) for metric, text in asked if text is not None))  # type: ignore[arg-type]
    device = _device(args)
    preset = FIDELITIES[_preset(args.preset, device.type)]
    recipe = _recipe(args, preset)
    check_execution(recipe.execution, device)
    source = DataSpec(
        source=args.data,
        seed=args.seed,
        distortion=args.distort or preset.distortion_of(args.data),
        val_limit=args.val_limit or preset.val_limit,
    )
    dataset = load(source.source, seed=source.seed)
    return Settings(
        space=args.space,
        choices={
            knob.name: choices[knob.name]
            for knob in space.knobs
            if choices[knob.name] != knob.choices
        },
        budget=budget,
        target=Setting(
            resolution=args.target_resolution,
            classes=args.target_classes,
            channels=args.target_channels,
        ),
        fidelity=_fidelity(args, preset, dataset),
        data=_limited(source, dataset),
        digest=dataset.digest,
        classes=dataset.classes,
        channels=dataset.channels,
        recipe=recipe,
        device=device.type,
        objectives=tuple(objective.name for objective in objectives),
        sampler=DEFAULT if args.sampler == "auto" else args.sampler,
        seed=args.seed,
        published=not args.no_published,
        lag=args.deterministic,
        threads=_threads(args),
    )


def _device(args: argparse.Namespace) -> torch.device:
    """Of all trainings; on a cluster, whatever this machine has."""
    if args.ray_address is None or args.runner == "inline":
        return pick_device(args.device)
    return torch.device(cluster_device(args.ray_address, args.device))


def _threads(args: argparse.Namespace) -> int | None:
    """Part of a deterministic search, as sums depend on how they are split."""
    if args.deterministic is None:
        if args.threads is not None:
            raise InputError(
                "--threads: only with --deterministic; else --workers decides what each gets"
            )
        return None
    return args.threads or 1


_RECIPE = {
    "batch_size": "batch_size",
    "learning_rate": "learning_rate",
    "mixup": "mixup",
    "ema": "ema_decay",
    "drop_path": "drop_path",
    "execution": "execution",
    "checkpointing": "checkpointing",
}


def _recipe(args: argparse.Namespace, preset: Preset) -> Recipe:
    """The preset's, changed as asked; a value out of range is named by its flag."""
    try:
        return replace(preset.recipe, **_given(args, _RECIPE))
    except InputError as error:
        field, _, said = str(error).partition(":")
        flags = {name: flag for flag, name in _RECIPE.items()}
        raise InputError(f"--{flags[field].replace('_', '-')}:{said}") from error


def _preset(asked: str, device: str) -> str:
    return asked if asked != "auto" else "gpu" if device == "cuda" else "cpu"


def _given(args: argparse.Namespace, names: dict[str, str]) -> dict[str, Any]:
    given = {field: getattr(args, flag) for flag, field in names.items()}
    return {field: value for field, value in given.items() if value is not None}


def _fidelity(args: argparse.Namespace, preset: Preset, dataset: Dataset) -> Fidelity:
    """The preset's, with its number of training images as a share of the data that came."""
    images = len(dataset.train_labels)
    share = 1.0 if preset.images is None else min(1.0, round(preset.images / images, 4))
    names = {name: name for name in ("epochs", "resolution", "width_scale", "data_share")}
    return replace(preset.fidelity, **({"data_share": max(share, 1e-4)} | _given(args, names)))


def _limited(source: DataSpec, dataset: Dataset) -> DataSpec:
    """Without a limit on validation images that would not bind."""
    limit = source.val_limit
    binds = limit is not None and limit < len(dataset.val_labels)
    if binds and limit < dataset.classes:  # type: ignore[operator]
        raise InputError(f"--val-limit {limit}: expected one a class or more, {dataset.classes}")
    return source if binds else replace(source, val_limit=None)


def objectives_of(settings: Settings) -> tuple[Objective, ...]:
    """The objectives with their directions."""
    return parse_objectives(",".join(settings.objectives))


def region_of(settings: Settings, space: SearchSpace) -> Region:
    """What the search may propose: in the window, and trainable at the fidelity."""
    setting = proxy_setting(settings.fidelity, classes=settings.classes, channels=settings.channels)
    return Region(
        space=space,
        choices={knob.name: settings.choices.get(knob.name, knob.choices) for knob in space.knobs},
        budget=settings.budget,
        target=settings.target,
        representable=fits_fidelity(space, setting),
    )
