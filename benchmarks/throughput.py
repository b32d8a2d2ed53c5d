"""Images a second in training and inference, ours and the plain form side by side.

    python -m benchmarks.throughput [--quick] [--device cuda] [--threads N]

Femto, nano and tiny at three resolutions, and all of them as the search's default fidelity trains
them, on one thread. Beside every case a large matrix product says what the machine could do. Both
forms have the same weights; images are noise, in memory, channels last.
"""

import sys
from collections.abc import Iterator, Sequence

from accvit_blocks import VARIANTS
from benchmarks.arguments import plan_of, speed_parser
from benchmarks.forms import SMALL, Case, compared
from benchmarks.kept_memory import keep_memory
from benchmarks.table import write
from nas.commandline import run
from nas.core.fidelity import Setting, proxy_setting
from nas.evaluation import FIDELITIES
from search_spaces.accvit import SPACE

BATCHES = {  # at so many pixels, on a CPU
    "femto": {64: 32, 128: 16, 224: 8},
    "nano": {64: 16, 128: 8, 224: 4},
    "tiny": {64: 16, 128: 8, 224: 4},
}
GPU_BATCH = 256
PROXY = proxy_setting(FIDELITIES["cpu"].fidelity, classes=10, channels=1)


def cases(device: str, threads: int) -> Iterator[Case]:
    """The default fidelity first: it is what a search pays for."""
    for network in BATCHES:
        yield proxy_case(network)
    for network, batches in BATCHES.items():
        for px, batch in batches.items():
            yield Case(
                network=network,
                config=SPACE.adapt(VARIANTS[network], Setting(resolution=px)),
                batch=batch if device == "cpu" else GPU_BATCH,
                threads=threads,
            )


def proxy_case(network: str) -> Case:
    """A published network as the search trains it on a CPU."""
    return Case(
        network=f"{network}, default fidelity",
        config=SPACE.adapt(VARIANTS[network], PROXY),
        batch=FIDELITIES["cpu"].recipe.batch_size,
        threads=1,
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print, and write the table."""
    plan = plan_of(speed_parser("throughput", __doc__, runs=11).parse_args(argv))
    small = Case(network="small", config=SMALL, batch=2, threads=plan.threads)
    chosen = [small] if plan.quick else cases(plan.device.type, plan.threads)
    write(
        (row for case in chosen for row in compared(case, plan, memory=True)),
        plan.path("throughput"),
    )


if __name__ == "__main__":
    keep_memory()
    sys.exit(run(main))
