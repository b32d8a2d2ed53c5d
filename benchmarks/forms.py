"""The network in both forms, the project's and the plain one, timed side by side."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from accvit_blocks import ACCViT, ACCViTConfig, StageConfig
from accvit_blocks.plain import PlainACCViT
from benchmarks.arguments import Plan
from benchmarks.figures import figures
from benchmarks.machine import side_by_side
from benchmarks.matmul import matmul_flops_per_second
from benchmarks.memory import peak_bytes
from benchmarks.step import MODES, random_batch
from nas.evaluation.device import LAYOUT
from nas.evaluation.mixup import Mixed
from nas.evaluation.reproducible import deterministic_convolutions, seeded, thread_count
from search_spaces.accvit import SPACE

FORMS = ("ours", "plain")
_BRANCHED, _LAST = (
    StageConfig(width=4, depth=1, head_dim=4, dilations=dilations) for dilations in ((1, 2), (1,))
)
SMALL = ACCViTConfig(  # for --quick: every kind of layer, hardly any work
    stem_width=4, stages=(_BRANCHED, _BRANCHED, _BRANCHED, _LAST), image_size=64, classes=2
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A network, how many images it gets at once, and with how many threads."""

    network: str
    config: ACCViTConfig
    batch: int
    threads: int

    def images(self, device: torch.device) -> Mixed:
        """Its batch."""
        side = self.config.image_size
        return random_batch(
            self.batch,
            shape=(self.config.channels, side, side),
            classes=self.config.classes,
            device=device,
        )

    @property
    def columns(self) -> dict[str, object]:
        """What it is, for a table."""
        return {
            "network": self.network,
            "px": self.config.image_size,
            "batch": self.batch,
            "threads": self.threads,
        }


def both_forms(config: ACCViTConfig, device: torch.device) -> dict[str, nn.Module]:
    """By the names of `FORMS`, with the same weights, in the layout that trainings use."""
    with seeded(0, torch.device("cpu")):
        ours, plain = ACCViT(config), PlainACCViT(config)
    plain.load_state_dict(ours.state_dict())
    return {
        form: model.to(device).to(memory_format=LAYOUT)  # type: ignore[call-overload]
        for form, model in zip(FORMS, (ours, plain), strict=True)
    }


def compared(
    case: Case, plan: Plan, *, modes: Sequence[str] = tuple(MODES), memory: bool = False
) -> Iterator[dict[str, object]]:
    """A row for each form and mode; none, and a line, where the case does not fit on the GPU."""
    try:
        with thread_count(case.threads), deterministic_convolutions():
            for mode in modes:
                yield from _rows(case, plan, mode, memory=memory)
    except torch.OutOfMemoryError:
        print(f"{case.network}, {case.batch} images: does not fit on the GPU", file=sys.stderr)


def _rows(case: Case, plan: Plan, mode: str, *, memory: bool) -> Iterator[dict[str, object]]:
    batch = case.images(plan.device)
    works = {
        form: MODES[mode](model, batch)
        for form, model in both_forms(case.config, plan.device).items()
    }
    matmul = matmul_flops_per_second(plan.device, side=plan.matmul_side)
    timings = side_by_side(works, runs=plan.runs)
    macs = SPACE.cost(case.config).macs
    for form, timing in timings.items():
        yield {
            **case.columns,
            "device": plan.device.type,
            "mode": mode,
            "form": form,
            **figures(timing, mode=mode, macs=macs, batch=case.batch, matmul=matmul),
            "speedup_over_plain": timing.speedup(timings["plain"]),
            "peak_bytes_per_image": peak_bytes(works[form], plan.device) / case.batch
            if memory
            else None,
        }
