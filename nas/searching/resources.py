"""How many trainings run side by side, and what each of them gets."""

import argparse
import os
import random

import torch

from nas.core.errors import InputError
from nas.core.fidelity import proxy_setting
from nas.evaluation import gpu_share, measure_peak, pick_device, total_memory
from nas.scheduling import Resources
from nas.scheduling.cluster import cluster_resources
from nas.searching.counted import counted
from nas.study.settings import Settings
from nas.windows import Member, Region

CROWDED = 4  # workers a processor, at most: they end no sooner, and each takes memory
SAMPLES = 200  # members among which the dearest stands for the largest network


def resources_for(settings: Settings, region: Region, args: argparse.Namespace) -> Resources:
    """Workers, threads and GPU share; InputError where more is asked for than there is."""
    elsewhere = args.ray_address is not None and args.runner == "ray"
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    on_gpu = settings.device.startswith("cuda")
    _check_share(args, gpus=None if elsewhere else torch.cuda.device_count() if on_gpu else 0)
    if args.runner == "inline":
        _check_inline(args, on_gpu=on_gpu)
        return Resources(workers=1, threads=settings.threads or cpus, gpus_per_trial=0.0)
    if settings.lag is not None and (args.workers or 0) > settings.lag:
        raise InputError(
            f"--workers {args.workers}: a deterministic search looks {settings.lag} trials ahead;"
            f" ask for at most {settings.lag}, or begin another with --deterministic {args.workers}"
        )
    if elsewhere:
        whole = 1.0 if args.gpus_per_trial == "auto" else args.gpus_per_trial  # none to measure on
        return cluster_resources(
            args.ray_address,
            workers=args.workers,
            share=whole if on_gpu else 0.0,
            threads=settings.threads,
            most=settings.lag,
        )
    if not on_gpu:
        holds = f"this machine has {counted(cpus, 'processor')}"
        room = min(max(1, cpus // (settings.threads or 1)), settings.lag or cpus)
        workers = _workers(args, room, CROWDED * cpus, holds)
        return Resources(workers=workers, threads=settings.threads or max(1, cpus // workers))
    gpus = torch.cuda.device_count()
    share = (
        _measured_share(settings, region) if args.gpus_per_trial == "auto" else args.gpus_per_trial
    )
    holds = (
        f"this machine has {counted(cpus, 'processor')} and {counted(gpus, 'GPU')}, of which"
        f" a training takes {share:g}"
    )
    room = max(1, min(cpus, _fitting(share, gpus), settings.lag or cpus))
    workers = _workers(args, room, room, holds)
    threads = settings.threads or max(1, cpus // workers)
    return Resources(workers=workers, threads=threads, gpus_per_trial=share)


def _check_inline(args: argparse.Namespace, *, on_gpu: bool) -> None:
    """InputError for what only Ray can do; what the inline runner does anyway may be said."""
    share = args.gpus_per_trial
    for said, is_so, why in (
        (f"--workers {args.workers}", args.workers in (None, 1), "trains one at a time"),
        (f"--ray-address {args.ray_address}", args.ray_address is None, "stays in this process"),
        (f"--gpus-per-trial {share}", share in ("auto", int(on_gpu)), "gives all to one training"),
    ):
        if not is_so:
            raise InputError(f"{said}: expected --runner ray; the inline runner {why}")


def _workers(args: argparse.Namespace, room: int, most: int, holds: str) -> int:
    """As many as asked for, else as many as there is room for; InputError for more than `most`."""
    if args.workers is None:
        return room
    if args.workers > most:
        raise InputError(f"--workers {args.workers}: {holds}; ask for at most {most}")
    return int(args.workers)


def _check_share(args: argparse.Namespace, *, gpus: int | None) -> None:
    """InputError for a share that Ray would refuse, or wait for without end.

    `gpus` are this machine's; None where a cluster is to say later what it has.
    """
    share = args.gpus_per_trial
    if share == "auto":
        return
    said = f"--gpus-per-trial {share:g}"
    if gpus and not share:
        raise InputError(f"{said}: the trials run on a GPU; give a share above 0, or --device cpu")
    if share > 1 and share % 1:
        raise InputError(f"{said}: expected a share of one GPU, or a whole number of GPUs")
    if gpus is None:
        return
    if share and not gpus:
        raise InputError(f"{said}: there is no GPU to be used on this machine; leave it out")
    if share > gpus:
        raise InputError(f"{said}: this machine has {gpus}; ask for fewer")


def _fitting(share: float, gpus: int) -> int:
    """Trials that the GPUs hold together; no trial's share lies on two of them."""
    return int(gpus / share) if share >= 1 else gpus * int(1 / share)


def _measured_share(settings: Settings, region: Region) -> float:
    """By the memory that the dearest of some members takes for a training step."""
    rng = random.Random(0)
    drawn = [region.draw(rng, set(), place=1.0)]  # the largest; some others may compute more
    drawn += [region.draw(rng, set()) for _ in range(SAMPLES)]
    members = [member for member in drawn if isinstance(member, Member)]
    dearest = max(members, key=lambda member: member.cost.macs)
    setting = proxy_setting(settings.fidelity, classes=settings.classes, channels=settings.channels)
    configuration = region.space.adapt(region.space.decode(dearest.genome), setting)
    device = pick_device("cuda")
    try:
        peak = measure_peak(
            region.space.build(configuration),
            images=(settings.channels, setting.resolution, setting.resolution),
            classes=settings.classes,
            recipe=settings.recipe,
            device=device,
        )
    except torch.OutOfMemoryError as error:
        raise InputError(
            "--gpus-per-trial auto: the largest network does not fit on the GPU; lower the batch"
            " size, the resolution, or the budget's upper bound"
        ) from error
    assert peak is not None
    torch.cuda.empty_cache()
    return gpu_share(peak, total_memory(device))
