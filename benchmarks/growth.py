"""How the time of a training step grows with resolution, batch and depth.

    python -m benchmarks.growth [--quick] [--device cuda] [--threads N]

One of the three changes at a time. Windows follow the resolution, a thirty-second of it, and with
them every multiple of 32 pixels holds the published dilations: stage 1's map is 8 windows wide,
its largest dilation is 8, and so on down. (A window fixed at 7 would leave only multiples of 224.)
The work of an attention grows with its windows, so MACs grow faster than pixels; `seconds_growth`
is to be read against `work_growth`, MACs times images, both relative to the first row of an axis.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

from accvit_blocks import VARIANTS, ACCViTConfig
from benchmarks.arguments import Plan, plan_of, speed_parser
from benchmarks.forms import SMALL, Case, compared
from benchmarks.kept_memory import keep_memory
from benchmarks.table import write
from nas.commandline import run
from search_spaces.accvit import SPACE


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A network, and the values of each axis; where one changes, the others are at their own."""

    network: str
    config: ACCViTConfig
    batch: int
    resolutions: tuple[int, ...]
    batches: tuple[int, ...]
    depths: tuple[int, ...]

    def axes(self, threads: int) -> Iterator[tuple[str, int, Case]]:
        """Axis, value, case."""
        here = Case(network=self.network, config=self.config, batch=self.batch, threads=threads)
        for px in self.resolutions:
            yield "resolution", px, replace(here, config=resized(self.config, px))
        for batch in self.batches:
            yield "batch", batch, replace(here, batch=batch)
        for times in self.depths:
            yield "depth", times, replace(here, config=deepened(self.config, times))


def resized(config: ACCViTConfig, px: int) -> ACCViTConfig:
    """For images of another size."""
    return replace(config, image_size=px, window=None)


def deepened(config: ACCViTConfig, times: int) -> ACCViTConfig:
    """So many times the blocks in every stage."""
    first, second, third, fourth = (
        replace(stage, depth=times * stage.depth) for stage in config.stages
    )
    return replace(config, stages=(first, second, third, fourth))


CPU = Grid(
    network="nano",
    config=resized(VARIANTS["nano"], 128),
    batch=4,
    resolutions=(64, 96, 128, 192, 256, 320, 384, 448),
    batches=(1, 2, 4, 8, 16, 32, 64),
    depths=(1, 2, 4),
)
CUDA = replace(CPU, config=VARIANTS["nano"], batch=32)
QUICK = Grid(
    network="small", config=SMALL, batch=2, resolutions=(64, 128), batches=(1,), depths=(1, 2)
)
GRIDS = {"cpu": CPU, "cuda": CUDA}


def rows(grid: Grid, plan: Plan) -> Iterator[dict[str, object]]:
    """A row for every axis, value and form."""
    firsts: dict[tuple[str, str], tuple[float, float]] = {}
    for axis, value, case in grid.axes(plan.threads):
        work = float(case.batch * SPACE.cost(case.config).macs)
        for row in compared(case, plan, modes=("training",)):
            seconds = cast(float, row["seconds"])
            key = axis, str(row["form"])
            first_seconds, first_work = firsts.setdefault(key, (seconds, work))
            yield {
                "axis": axis,
                "value": value,
                "window": case.config.window_size,
                **row,
                "seconds_growth": seconds / first_seconds,
                "work_growth": work / first_work,
            }


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print, and write the table."""
    plan = plan_of(speed_parser("growth", __doc__, runs=7).parse_args(argv))
    write(rows(QUICK if plan.quick else GRIDS[plan.device.type], plan), plan.path("growth"))


if __name__ == "__main__":
    keep_memory()
    sys.exit(run(main))
