"""Where trainings run: in this process, or as Ray Tune trials (`nas.scheduling.ray_tune`)."""

from nas.scheduling.base import Listener, MakeJob, Resources, Runner
from nas.scheduling.inline import run_inline

__all__ = ["Listener", "MakeJob", "Resources", "Runner", "run_inline"]
