"""How many operators a training step and each block call, ours and the plain form.

    python -m benchmarks.launches [--quick] [--device cuda]

On a GPU, kernels as well. A call costs microseconds whatever it computes, which is what small
networks on small images wait for. Counts do not depend on the machine's load, nor on the images.
"""

import sys
from collections.abc import Iterator, Sequence
from functools import partial

import torch
from torch import Tensor, nn

from accvit_blocks import VARIANTS
from benchmarks.arguments import plan_of, speed_parser
from benchmarks.calls import calls_of
from benchmarks.forms import SMALL, Case, both_forms
from benchmarks.kept_memory import keep_memory
from benchmarks.step import MODES, Work
from benchmarks.table import write
from benchmarks.throughput import proxy_case
from nas.commandline import run
from nas.core.fidelity import Setting
from nas.evaluation.device import precision
from nas.evaluation.reproducible import deterministic_convolutions, thread_count
from search_spaces.accvit import SPACE


def cases(device: str) -> Iterator[Case]:
    """The default fidelity, where calls matter most, and the published setting."""
    yield proxy_case("tiny")
    if device == "cuda":
        yield _published(64, 256)
    yield _published(224, 2)


def _published(px: int, batch: int) -> Case:
    config = SPACE.adapt(VARIANTS["tiny"], Setting(resolution=px))
    return Case(network="tiny", config=config, batch=batch, threads=1)


def works(model: nn.Module, case: Case, device: torch.device) -> Iterator[tuple[str, str, Work]]:
    """What is run, by part and direction: the whole step, the whole inference, every block."""
    batch = case.images(device)
    entering = block_inputs(model, batch.images)
    for mode, make in MODES.items():
        yield "network", mode, make(model, batch)
    model.train()
    for name, x in entering.items():
        block = model.get_submodule(name)
        yield name, "forward", partial(forward, block, x)
        yield name, "forward and backward", backwards(block, x)


def block_inputs(model: nn.Module, images: Tensor) -> dict[str, Tensor]:
    """What comes into each block, by the block's name: `stages.0.blocks.0`."""
    seen: dict[str, Tensor] = {}
    names = [name for name, _ in model.named_modules() if _is_block(name)]
    hooks = [
        model.get_submodule(name).register_forward_pre_hook(
            lambda _, inputs, name=name: seen.update({name: inputs[0].detach()})
        )
        for name in names
    ]
    forward(model, images)
    for hook in hooks:
        hook.remove()
    return seen


def _is_block(name: str) -> bool:
    parts = name.split(".")
    return len(parts) == 4 and parts[0] == "stages" and parts[2] == "blocks"


def forward(module: nn.Module, x: Tensor) -> Tensor:
    """In the precision of trainings."""
    with precision(x.device):
        out: Tensor = module(x)
    return out


def backwards(block: nn.Module, x: Tensor) -> Work:
    """Forward, then back to the block's input and weights, from a gradient that is there."""
    x = x.clone().requires_grad_()
    gradient = torch.ones_like(forward(block, x))

    def work() -> None:
        x.grad = None
        block.zero_grad()
        torch.autograd.backward(forward(block, x), gradient)

    return work


def rows(case: Case, device: torch.device) -> Iterator[dict[str, object]]:
    """A row for each part, direction and form."""
    with thread_count(case.threads), deterministic_convolutions():
        for form, model in both_forms(case.config, device).items():
            for part, direction, work in works(model, case, device):
                counted = calls_of(work, device)
                yield {
                    **case.columns,
                    "device": device.type,
                    "part": part,
                    "direction": direction,
                    "form": form,
                    "asked": counted.asked,
                    "leaves": counted.leaves,
                    "kernels": counted.kernels,
                }


def main(argv: Sequence[str] | None = None) -> None:
    """Count, print, and write the table."""
    plan = plan_of(speed_parser("launches", __doc__, runs=1).parse_args(argv))
    small = Case(network="small", config=SMALL, batch=2, threads=1)
    chosen = [small] if plan.quick else cases(plan.device.type)
    write(
        (row for case in chosen for row in rows(case, plan.device)),
        plan.path("launches"),
    )


if __name__ == "__main__":
    keep_memory()
    sys.exit(run(main))
