"""The toy of the tests, whose trainings note that they begin: `tests.faults.noted_toy:SPACE`."""

import torch
from torch import nn

from tests.faults.begun import note
from tests.nas.toy import Toy, ToySpace

CLASSES = 10  # of the images; costs are counted at another number


class NotedToy(ToySpace):
    """A network for the images is built for a training, under the seed of its evaluation."""

    def build(self, configuration: Toy, *, drop_path: float = 0.0) -> nn.Module:
        """b c h w -> b classes."""
        if configuration.classes == CLASSES:
            note(torch.initial_seed())
        return super().build(configuration, drop_path=drop_path)


SPACE = NotedToy()
