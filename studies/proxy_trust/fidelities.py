"""The dearest training that is affordable, and cheaper ones along each axis alone."""

from dataclasses import dataclass, replace

from nas.core.fidelity import Fidelity
from nas.evaluation.presets import FIDELITIES

TOP = "top"


@dataclass(frozen=True, kw_only=True)
class Cheaper:
    """A fidelity under the name of what it has less of."""

    name: str
    fidelity: Fidelity


def cheaper(top: Fidelity, *, images: int) -> tuple[Cheaper, ...]:
    """Less of one axis at a time, then the search's default, which has less of all.

    `images` are those of training that a share of 1 means. What is no cheaper is left out.
    """
    preset = FIDELITIES["cpu"]
    share = 1.0 if preset.images is None else min(1.0, round(preset.images / images, 4))
    all_of_them = {
        "a third of the epochs": replace(top, epochs=max(1, top.epochs // 3)),
        "64 pixels": replace(top, resolution=64),
        "half the widths": replace(top, width_scale=top.width_scale / 2),
        "a quarter of the images": replace(top, data_share=top.data_share / 4),
        "the search's default": replace(preset.fidelity, data_share=share),
    }
    return tuple(
        Cheaper(name=name, fidelity=fidelity)
        for name, fidelity in all_of_them.items()
        if _work(fidelity) < _work(top)
    )


def _work(fidelity: Fidelity) -> float:
    """Grows with a training's cost, alike for all networks."""
    side = fidelity.resolution * fidelity.width_scale
    return fidelity.epochs * fidelity.data_share * side**2
