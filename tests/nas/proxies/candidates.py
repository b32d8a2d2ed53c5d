"""Networks to be judged: two toys of torch's modules, and the published variants, narrow."""

from collections.abc import Callable
from functools import cache

import torch
from torch import nn

from accvit_blocks import ACCViTConfig
from nas.core.cost import Cost
from nas.core.fidelity import Setting
from nas.evaluation.reproducible import seeded
from nas.proxies import Candidate
from search_spaces.accvit import SPACE

PIXELS, CLASSES, NARROW = 64, 10, 0.25


def mlp() -> nn.Module:
    """One hidden layer, GELU."""
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * 64, 16), nn.GELU(), nn.Linear(16, CLASSES))


def cnn() -> nn.Module:
    """Batch norms, an activation in place, and dropout."""
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(inplace=True),
        nn.Dropout(0.5),
        nn.Conv2d(8, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.SiLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, CLASSES),
    )


def narrow(variant: str) -> ACCViTConfig:
    """A published variant at a quarter of its widths, the least that all six can have."""
    setting = Setting(resolution=PIXELS, classes=CLASSES, width_scale=NARROW)
    return SPACE.adapt(SPACE.published[variant], setting)


def _toy(build: Callable[[], nn.Module], seed: int) -> Candidate:
    return seen(initialised(build, seed=seed), pixels=8)


def _published(variant: str, seed: int) -> Candidate:
    config = narrow(variant)
    model = initialised(lambda: SPACE.build(config, drop_path=0.2), seed=seed)
    return seen(model, pixels=PIXELS, cost=SPACE.cost(config))


def initialised(build: Callable[[], nn.Module], *, seed: int) -> nn.Module:
    """Built with torch's generator at the seed."""
    with seeded(seed, torch.device("cpu")):
        return build()


def seen(
    model: nn.Module, *, pixels: int, batch: int = 2, cost: Cost | None = None, images: int = 0
) -> Candidate:
    """The network with a random batch, the one that `images` numbers."""
    rng = torch.Generator().manual_seed(images)
    params = sum(parameter.numel() for parameter in model.parameters())
    return Candidate(
        model=model,
        cost=cost or Cost(params=params, macs=9 * params, flops=9 * params),
        images=torch.randn(batch, 3, pixels, pixels, generator=rng),
        labels=torch.randint(CLASSES, (batch,), generator=rng),
    )


NETWORKS: dict[str, Callable[[int], Candidate]] = {
    "mlp": lambda seed: _toy(mlp, seed),
    "cnn": lambda seed: _toy(cnn, seed),
    **{
        variant: lambda seed, variant=variant: _published(variant, seed)
        for variant in SPACE.published
    },
}
SMALL = ("mlp", "cnn", "femto")


@cache
def candidate(name: str, seed: int = 0) -> Candidate:
    """A network by name, initialised with a seed; built once, as no proxy changes it."""
    return NETWORKS[name](seed)
