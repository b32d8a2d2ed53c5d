"""What every benchmark of speed can be told."""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

import torch

from nas.commandline import Parser, count
from nas.evaluation import pick_device

RESULTS = Path("benchmarks/results/speed")
MATMUL = {"cpu": 2048, "cuda": 8192}  # large enough that nothing but the product takes time


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How to measure; `matmul_side` is that of the product which says what the machine could do."""

    quick: bool
    device: torch.device
    threads: int
    runs: int
    matmul_side: int
    out: Path

    def path(self, name: str) -> Path:
        """Of a table, one for each kind of device."""
        return self.out / f"{name}-{self.device.type}.csv"


def speed_parser(program: str, doc: str, *, runs: int) -> Parser:
    """--quick, --threads, --device, --runs and --out; `doc` is the program's own."""
    parser = Parser(prog=f"python -m benchmarks.{program}", description=doc.splitlines()[0])
    add = parser.add_argument
    add("--quick", action="store_true", help="something small, to see that it works")
    add("--threads", type=count, default=cores(), metavar="N", help="default all cores")
    add("--device", choices=["cpu", "cuda"], default="cpu")
    add("--runs", type=count, default=runs, metavar="N", help=f"of each (default {runs})")
    add("--out", type=Path, default=RESULTS, metavar="DIR", help=f"default {RESULTS}")
    return parser


def plan_of(args: argparse.Namespace) -> Plan:
    """From `speed_parser`'s arguments; InputError where the device is not to be had."""
    device = pick_device(args.device)
    return Plan(
        quick=args.quick,
        device=device,
        threads=args.threads,
        runs=2 if args.quick else args.runs,
        matmul_side=64 if args.quick else MATMUL[device.type],
        out=args.out,
    )


def cores() -> int:
    """That this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
