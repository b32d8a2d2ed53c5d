"""The network as a proxy looks at it: a copy, as in training, but with nothing left to chance."""

import copy

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm


def as_in_training(model: nn.Module) -> nn.Module:
    """A copy in which batch norms use the batch's statistics; dropout and random depth are off.

    A new network's running statistics say nothing yet; those of the batch are what training sees.
    The copy may be spoiled: its running statistics move in every forward pass.
    """
    prepared = copy.deepcopy(model).eval()
    for module in prepared.modules():
        if isinstance(module, _BatchNorm):
            module.train()
    return prepared
