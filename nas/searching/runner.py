"""Where the trainings of a search run: in this process, on this machine, or on a cluster."""

import argparse

from nas.scheduling import Resources, Runner, run_inline


def make_runner(args: argparse.Namespace, resources: Resources) -> Runner:
    """As asked; ray is imported only where it is needed."""
    if args.runner == "inline":
        return run_inline
    from nas.scheduling.environment import configure

    configure(args.ray_address)
    from nas.scheduling.ray_tune import RayRunner

    return RayRunner(resources, address=args.ray_address, ship_code=args.ray_code == "ship")
