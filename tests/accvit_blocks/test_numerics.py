"""ACCViT equals the plain form: outputs, gradients and running statistics, in float64.

With the native kernels of a CPU, and with torch's operations, as elsewhere.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

import pytest
import torch
from torch import nn

from accvit_blocks import ABLATIONS, VARIANTS, ACCViT, ACCViTConfig, native
from accvit_blocks.plain import PlainACCViT

TOLERANCE = 1e-10


def small(
    config: ACCViTConfig, *, image_size: int = 64, depth: int = 1, **stage_changes: object
) -> ACCViTConfig:
    """An eighth of the widths, heads of 4 channels, ten classes."""
    stages = tuple(
        replace(
            stage, **{"width": stage.width // 8, "head_dim": 4, "depth": depth, **stage_changes}
        )
        for stage in config.stages
    )
    return replace(config, stem_width=6, stages=stages, image_size=image_size, classes=10)


def dilated(config: ACCViTConfig, *dilations: tuple[int, ...]) -> ACCViTConfig:
    stages = (
        replace(stage, dilations=chosen)
        for stage, chosen in zip(config.stages, dilations, strict=True)
    )
    return replace(config, stages=tuple(stages))


NANO = small(VARIANTS["nano"])
CASES = {
    "nano": NANO,
    "nano, 96 pixels": replace(NANO, image_size=96),
    "nano, two blocks a stage": small(VARIANTS["nano"], depth=2),
    "ablation 1": small(ABLATIONS["1"]),
    "ablation 2": small(ABLATIONS["2"]),
    "ablation 3": small(ABLATIONS["3"], depth=2),
    "ablation 5, 96 pixels": small(ABLATIONS["5"], image_size=96),
    "per-branch MLPs behind gates": replace(small(ABLATIONS["1"], mlp_ratio=2), fusion="gate"),
    "no squeeze-and-excitation": replace(NANO, se=False),
    "far convolutions": replace(small(VARIANTS["nano"], depth=2), conv_dilations=(2, 5)),
    "few dilations": dilated(NANO, (4,), (2, 4), (1,), (1,)),
    "a window set, more than one in stage 4": replace(NANO, image_size=128, window=2),
    "dilation 3": dilated(replace(NANO, image_size=192, window=2), (1, 3, 8), (2,), (1, 3), (1, 3)),
    "one channel": replace(NANO, channels=1),
    "heads of two sizes": replace(
        NANO, stages=(replace(NANO.stages[0], head_dim=8), *NANO.stages[1:])
    ),
}


def randomise(model: nn.Module, generator: torch.Generator) -> None:
    """Non-trivial values everywhere: gates, biases, norms and their running statistics."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator, dtype=parameter.dtype)
            if parameter.ndim == 1 or "position_bias" in name:
                parameter.add_(0.5 * noise)
            else:
                parameter.copy_(noise * parameter[0].numel() ** -0.5)
        for name, buffer in model.named_buffers():
            if name.endswith("running_mean"):
                buffer.normal_(generator=generator)
            if name.endswith("running_var"):
                buffer.uniform_(0.5, 2.0, generator=generator)


@pytest.mark.parametrize("kernels", [nullcontext, native.disabled], ids=["native", "torch"])
@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("config", CASES.values(), ids=CASES)
def test_network_equals_its_plain_form(
    config: ACCViTConfig, training: bool, kernels: Callable[[], AbstractContextManager[None]]
) -> None:
    generator = torch.Generator().manual_seed(7)
    model = ACCViT(config).double().train(training)
    randomise(model, generator)
    plain = PlainACCViT(config).double().train(training)
    plain.load_state_dict(model.state_dict())
    side = config.image_size
    images = torch.randn(2, config.channels, side, side, generator=generator, dtype=torch.float64)
    inputs = [images.clone().requires_grad_() for _ in range(2)]

    with kernels():
        outputs = [network(x) for network, x in zip((model, plain), inputs, strict=True)]
    toward = torch.randn(outputs[0].shape, generator=generator, dtype=torch.float64)
    for output in outputs:
        (output * toward).sum().backward()

    close = {"rtol": TOLERANCE, "atol": TOLERANCE}
    torch.testing.assert_close(outputs[0], outputs[1], **close)
    torch.testing.assert_close(inputs[0].grad, inputs[1].grad, **close)
    gradients = {name: value.grad for name, value in model.named_parameters()}
    assert all(gradient is not None for gradient in gradients.values())
    torch.testing.assert_close(
        gradients, {name: value.grad for name, value in plain.named_parameters()}, **close
    )
    torch.testing.assert_close(dict(model.state_dict()), dict(plain.state_dict()), **close)
