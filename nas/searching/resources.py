"""How many trainings run side by side, and what each of them gets."""

import argparse
import os
import random

import torch

from nas.core.errors import InputError
from nas.core.region import Member, Region, proxy_setting
from nas.evaluation import gpu_share, measure_peak, pick_device, total_memory
from nas.scheduling import Resources
from nas.study.settings import Settings

SAMPLES = 200  # members among which the dearest stands for the largest network


def resources_for(settings: Settings, region: Region, args: argparse.Namespace) -> Resources:
    """Workers, threads and GPU share; InputError where more GPUs are asked for than exist."""
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if args.runner == "inline":
        return Resources(workers=1, threads=cpus, gpus_per_trial=0.0)
    if not settings.device.startswith("cuda"):
        if args.gpus_per_trial not in ("auto", 0.0) and args.ray_address is None:
            raise InputError(
                f"--gpus-per-trial {args.gpus_per_trial:g}: there is no GPU to be used on this"
                " machine; leave it out, or give --ray-address"
            )
        workers = args.workers or cpus
        return Resources(workers=workers, threads=max(1, cpus // workers))
    gpus = torch.cuda.device_count()
    share = _measured_share(settings, region) if args.gpus_per_trial == "auto" else args.gpus_per_trial
    if share > gpus and args.ray_address is None:
        raise InputError(f"--gpus-per-trial {share:g}: this machine has {gpus}; ask for fewer")
    workers = args.workers or max(1, min(cpus, int(gpus / share)))
    return Resources(workers=workers, threads=max(1, cpus // workers), gpus_per_trial=share)


def _measured_share(settings: Settings, region: Region) -> float:
    """By the memory that the dearest of some members takes for a training step."""
    rng = random.Random(0)
    drawn = [region.draw(rng, set()) for _ in range(SAMPLES)]
    members = [member for member in drawn if isinstance(member, Member)]
    dearest = max(members, key=lambda member: member.cost.macs)
    setting = proxy_setting(settings.fidelity, classes=settings.classes, channels=settings.channels)
    configuration = region.space.adapt(region.space.decode(dearest.genome), setting)
    device = pick_device("cuda")
    peak = measure_peak(
        region.space.build(configuration),
        images=(settings.channels, setting.resolution, setting.resolution),
        classes=settings.classes,
        recipe=settings.recipe,
        device=device,
    )
    assert peak is not None
    torch.cuda.empty_cache()
    return gpu_share(peak, total_memory(device))
