"""Two sizes of proxy training, for a laptop's CPU and for a GPU, each with its recipe."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from nas.core.fidelity import Fidelity
from nas.evaluation.recipe import Recipe


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A fidelity and the recipe that suits it.

    images: training images, which give the share of whatever data come; None for all.
    val_limit: validation images at most; None for all.
    distortions: how data sources that are too easy to rank networks are made harder.
    """

    fidelity: Fidelity
    recipe: Recipe
    images: int | None = None
    val_limit: int | None = None
    distortions: Mapping[str, str] = field(default_factory=dict)

    def distortion_of(self, source: str) -> str:
        """The distortion that a source gets unless another is asked for."""
        return self.distortions.get(source, "none")


FIDELITIES: Mapping[str, Preset] = MappingProxyType(
    {
        # Chosen by studies/default_fidelity, because it ranks; kept by studies/proxy_trust's rule.
        "cpu": Preset(
            fidelity=Fidelity(epochs=2, resolution=64, width_scale=0.25),
            recipe=Recipe(),
            images=1600,
            val_limit=2000,
            distortions={"mnist5k": "clutter"},
        ),
        # Full widths, so that no width stands in for another. Not measured: it has not been run.
        "gpu": Preset(
            fidelity=Fidelity(epochs=10, resolution=128),
            recipe=Recipe(batch_size=128, learning_rate=1e-3, drop_path=0.1, eval_batch_size=250),
        ),
    }
)
