"""What a written-out network must give: images and the searched network's logits for them.

Computed in double precision, so that neither the number of threads nor fused operations show.
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from nas.core.fidelity import Setting
from nas.core.source import Part
from nas.exporting.proof import STATISTICS, perturbed
from nas.exporting.translate import restored, written

IMAGES = 3  # more than the one image of which exported programs might think that it is all


def golden(
    built: nn.Module, own: Mapping[str, Tensor], parts: Mapping[str, Part], setting: Setting
) -> dict[str, Tensor]:
    """Images, logits and logits with perturbed weights; changes `built`.

    `own` is the network's weights under the names of its written-out form. With the perturbed ones
    a forward pass in training mode comes first, for batch statistics that fit them; what it sets is
    there under its name behind `STATISTICS`.
    """
    images = _images(setting)
    start = {name: tensor.clone() for name, tensor in built.state_dict().items()}
    found = {"images": images, "logits": _logits(built.double(), images)}
    other = restored(perturbed(dict(own)), parts, start)
    built.load_state_dict(other)
    _settle(built, images)
    settled = written(_single(built.state_dict()), parts, own)
    before = written(other, parts, own)
    for name, tensor in settled.items():
        if not torch.equal(tensor, before[name]):
            found[STATISTICS + name] = tensor
    built.load_state_dict(restored(settled, parts, start))
    return {**found, "perturbed": _logits(built, images)}


def _images(setting: Setting) -> Tensor:
    shape = (IMAGES, setting.channels, setting.resolution, setting.resolution)
    draws = np.random.Generator(np.random.PCG64(0)).random(shape, dtype=np.float32)
    return torch.from_numpy(4 * draws - 2)


def _logits(model: nn.Module, images: Tensor) -> Tensor:
    with torch.no_grad():
        logits: Tensor = model.eval()(images.double())
    return logits.float()


def _settle(model: nn.Module, images: Tensor) -> None:
    """Batch statistics of these images alone, without a trace of earlier ones."""
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.momentum = 1.0
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)  # for dropout
        model.train()(images.double())


def _single(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {
        name: tensor.float() if tensor.is_floating_point() else tensor
        for name, tensor in state.items()
    }
