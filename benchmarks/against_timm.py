"""Tiny against networks of timm of its size: time per multiply-accumulate.

    python -m benchmarks.against_timm [--quick] [--device cuda] [--threads N]

At 224 pixels, all in one run, side by side. timm is no dependency of the project; see README.md for
an environment with it. Which memory layout suits a network is its own affair: timm's are timed with
channels last and without, and the faster one is theirs. No weights are loaded, and nobody drops
anything (rates of stochastic depth 0).
"""

import importlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn

from accvit_blocks import VARIANTS
from benchmarks.arguments import Plan, plan_of, speed_parser
from benchmarks.figures import figures
from benchmarks.forms import both_forms
from benchmarks.kept_memory import keep_memory
from benchmarks.machine import Timing, side_by_side
from benchmarks.matmul import matmul_flops_per_second
from benchmarks.step import MODES, random_batch
from benchmarks.table import write
from benchmarks.torchvision_on_cpu import import_torchvision
from nas.commandline import run
from nas.core.errors import InputError
from nas.core.fidelity import Setting
from nas.costs.by_torch import torch_counts
from nas.evaluation.mixup import Mixed
from nas.evaluation.reproducible import deterministic_convolutions, thread_count
from search_spaces.accvit import SPACE

PX, CLASSES, BATCH = 224, 1000, {"cpu": 4, "cuda": 128}
RIVALS = ("maxvit_tiny_rw_224", "swin_tiny_patch4_window7_224", "convnext_tiny")
LAYOUTS = {"channels last": torch.channels_last, "contiguous": torch.contiguous_format}


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """A network in one memory layout; MACs of one image."""

    name: str
    layout: str
    model: nn.Module
    macs: int

    def images(self, batch: Mixed) -> Mixed:
        """The batch in its layout."""
        return replace(batch, images=batch.images.contiguous(memory_format=LAYOUTS[self.layout]))


def import_timm() -> Any:
    """InputError where it is not installed."""
    try:
        import_torchvision()
        return importlib.import_module("timm")
    except ImportError as error:
        raise InputError(
            f"{error.name}: not installed, and no dependency of this project; make an environment"
            " for it: pip install 'torch==2.13.0' 'torchvision==0.28.0' timm && pip install -e ."
        ) from error


def macs_of(timm: Any, name: str) -> int:
    """Of one image, counted on the meta device with attention as two products, which count."""
    timm.layers.set_fused_attn(False)
    try:
        with torch.device("meta"):
            model = timm.create_model(name)
        return torch_counts(model, (3, PX, PX))[""]
    finally:
        timm.layers.set_fused_attn(True)


def contestants(timm: Any, device: torch.device, rivals: Sequence[str]) -> Iterator[Contestant]:
    """Ours, then each rival in each layout."""
    config = SPACE.adapt(VARIANTS["tiny"], Setting(resolution=PX, classes=CLASSES))
    yield Contestant(
        name="ours, tiny",
        layout="channels last",
        model=both_forms(config, device)["ours"],
        macs=SPACE.cost(config).macs,
    )
    for name in rivals:
        macs = macs_of(timm, name)
        for layout, memory_format in LAYOUTS.items():
            torch.manual_seed(0)
            model = timm.create_model(name, drop_path_rate=0.0).to(device)
            yield Contestant(
                name=name,
                layout=layout,
                model=model.to(memory_format=memory_format),
                macs=macs,
            )


def rows(entered: Sequence[Contestant], plan: Plan, *, batch: int) -> Iterator[dict[str, object]]:
    """A row for each contestant and mode; the first one is ours."""
    images = random_batch(batch, shape=(3, PX, PX), classes=CLASSES, device=plan.device)
    for mode, work in MODES.items():
        with thread_count(plan.threads), deterministic_convolutions():
            matmul = matmul_flops_per_second(plan.device, side=plan.matmul_side)
            timings = side_by_side(
                {
                    f"{one.name}, {one.layout}": work(one.model, one.images(images))
                    for one in entered
                },
                runs=plan.runs,
            )
        ours = timings[f"{entered[0].name}, {entered[0].layout}"]
        for one, timing in zip(entered, timings.values(), strict=True):
            yield {
                "network": one.name,
                "layout": one.layout,
                "px": PX,
                "batch": batch,
                "device": plan.device.type,
                "threads": plan.threads,
                "mode": mode,
                "params": sum(parameter.numel() for parameter in one.model.parameters()),
                **figures(timing, mode=mode, macs=one.macs, batch=batch, matmul=matmul),
                "time_per_mac_over_ours": time_per_mac(timing, one.macs)
                / time_per_mac(ours, entered[0].macs),
            }


def time_per_mac(timing: Timing, macs: int) -> float:
    """Up to the number of images."""
    return timing.median / macs


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print, and write the table."""
    plan = plan_of(speed_parser("against_timm", __doc__, runs=11).parse_args(argv))
    entered = list(contestants(import_timm(), plan.device, RIVALS[-1:] if plan.quick else RIVALS))
    batch = 2 if plan.quick else BATCH[plan.device.type]
    write(rows(entered, plan, batch=batch), plan.path("against_timm"))


if __name__ == "__main__":
    keep_memory()
    sys.exit(run(main))
