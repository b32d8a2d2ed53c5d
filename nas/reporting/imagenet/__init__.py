"""Image classifiers that others published, at 224 pixels and trained on ImageNet-1K alone.

`models.csv` holds what is known of each and from where: the results of timm's validation runs
(github.com/huggingface/pytorch-image-models, Apache-2.0), else what the authors state in their
repository or paper; what they do not state is an empty cell. Larger MOATs are left out: of their
224-pixel, ImageNet-1K form no weights are published. Recipes differ in epochs, augmentation and
distillation: a sense of scale, no controlled comparison.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, kw_only=True)
class Model:
    """Params in millions, MACs and activations of one image in billions and millions.

    top1: on ImageNet's validation images, in per cent; None where it is not known.
    """

    name: str
    family: str
    top1: float | None
    params: float
    macs: float
    activations: float | None
    distilled: bool
    recipe: str
    source: str


@cache
def models() -> tuple[Model, ...]:
    """All of them, family by family."""
    text = files(__name__).joinpath("models.csv").read_text(encoding="utf-8")
    return tuple(
        Model(
            name=row["model"],
            family=row["family"],
            top1=_number(row["top1"]),
            params=float(row["params_m"]),
            macs=float(row["macs_g"]),
            activations=_number(row["activations_m"]),
            distilled=row["distilled"] == "1",
            recipe=row["recipe"],
            source=row["source"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def family_of(space: str) -> str | None:
    """The family that a search space is called after, if one is: letters and digits must agree."""
    names = {_plain(one.family): one.family for one in models()}
    return names.get(_plain(space))


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def _number(text: str) -> float | None:
    return float(text) if text else None
