"""The toy as `--space tests.nas.evaluation.troubled:SPACE`, with more moods for a training."""

import ctypes
import time

import torch
from torch import nn

from nas.core.evaluation import Evaluation
from nas.core.fidelity import Fidelity
from nas.core.knob import Knob, Value
from nas.core.space import key_of
from nas.evaluation.job import DataSpec, Job
from nas.evaluation.recipe import Recipe
from tests.nas.toy import Toy, ToySpace

MOODS = (
    *("well", "raises", "diverges", "memory"),  # the toy's own
    *("explodes", "late", "hungry", "hangs", "stubborn", "seizes", "frozen", "unbuilt", "babbles"),
)
FEW = 9  # images that a hungry network has memory for in training
HANG = 120.0  # seconds
FIDELITY = Fidelity(epochs=1, resolution=8, data_share=0.05)


class Troubled(nn.Module):
    """Passes its input on, or does not, in the mood's own way."""

    def __init__(self, mood: str) -> None:
        super().__init__()
        self._mood = mood
        self._refused = False

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """b classes -> b classes, in a good mood."""
        if self._mood == "hungry" and self.training and len(x) > FEW:
            raise MemoryError(f"{len(x)} images are too many")
        if self._mood == "hangs":
            time.sleep(HANG)
        if self._mood == "stubborn":
            self._refuse()
            time.sleep(HANG)
        if self._mood == "seizes":
            _seize()
        if self._mood == "late" and not self.training:
            return x * torch.nan
        return x * 1e9 if self._mood == "explodes" else x

    def _refuse(self) -> None:
        try:
            time.sleep(HANG)
        except Exception:
            self._refused = True


def _seize() -> None:
    """Wait for ever in native code, and do not let go of Python's lock."""
    library, mutex = ctypes.PyDLL(None), ctypes.create_string_buffer(256)
    for _ in range(2):
        library.pthread_mutex_lock(mutex)


class TroubledSpace(ToySpace):
    """As the toy's, and at the proxy's resolution its troubles."""

    name = "troubled"
    knobs = (*ToySpace.knobs[:-1], Knob(name="mood", choices=MOODS))
    size = 4 * 2 * 2 * len(MOODS)

    def build(self, configuration: Toy, *, drop_path: float = 0.0) -> nn.Module:
        """b c h w -> b classes."""
        network = nn.Sequential(super().build(configuration), Troubled(configuration.mood))
        in_training = configuration.resolution == FIDELITY.resolution
        if configuration.mood == "unbuilt" and in_training:
            raise KeyError("plan")
        return network.requires_grad_(not (configuration.mood == "frozen" and in_training))


SPACE = TroubledSpace()


def job(
    mood: str = "well",
    *,
    seconds: float | None = None,
    space: str = "tests.nas.evaluation.troubled:SPACE",
    source: str = "digits",
    parts: int = 1,
) -> Job:
    """A training of the smallest network in that mood."""
    genome: dict[str, Value] = {"width": 4, "kernel": 1, "pool": "max", "mood": mood}
    return Job(
        evaluation=Evaluation(key=key_of(genome), genome=genome, fidelity=FIDELITY),
        space=space,
        data=DataSpec(source=source, val_limit=50),
        recipe=Recipe(),
        study_seed=0,
        device="cpu",
        threads=1,
        seconds=seconds,
        parts=parts,
    )
