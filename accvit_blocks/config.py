"""The configuration of an ACC-ViT: a frozen value that fully determines the network.

Training settings (stochastic depth, learning rate, ...) are not part of it. Source of the
architecture: arXiv:2406.08859.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

STAGES = 4
STAGE_STRIDES = (4, 8, 16, 32)  # pixels of the image per pixel of a stage's feature map
MLP_FORMS = ("shared", "per-branch", "convnext")
FUSIONS = ("gate", "mean")


def feasible_dilations(image_size: int, window: int | None, stage_index: int) -> tuple[int, ...]:
    """Powers of two that a stage's atrous attention can hold, increasing.

    A map dilated by d must split exactly into windows: map size divisible by d * window.

    Args:
        image_size: side of the square image, in pixels, a multiple of 32.
        window: side of an attention window, in pixels of a feature map; None for image_size // 32.
        stage_index: 0 to 3.

    Returns:
        For 224 pixels and windows of 7: (1, 2, 4, 8), (1, 2, 4), (1, 2) and (1,) by stage. Empty
        if not even windows without dilation divide the map.
    """
    _check_positive_int("image_size", image_size)
    if window is not None:
        _check_positive_int("window", window)
    if stage_index not in range(STAGES):
        raise ValueError(f"stage_index must be 0, 1, 2 or 3, got {stage_index!r}")
    side = image_size // STAGE_STRIDES[stage_index]
    window = image_size // 32 if window is None else window
    powers = (2**exponent for exponent in range(side.bit_length()))
    return tuple(power for power in powers if side % (power * window) == 0)


@dataclass(frozen=True, kw_only=True)
class StageConfig:
    """One of the four stages: `depth` times [atrous convolution, atrous attention].

    Attributes:
        width: channels C, divisible by head_dim and by 4 (squeeze width C / 4).
        depth: repetitions of the pair of blocks; the first one halves the resolution.
        head_dim: channels of one attention head.
        dilations: one attention branch for each, strictly increasing.
        mlp: after the attention, one "shared" MLP for all branches, one "per-branch" before they
            are fused, or one shared "convnext" layer.
        mlp_ratio: hidden width of the MLP over C.
    """

    width: int
    depth: int
    head_dim: int = 32
    dilations: tuple[int, ...]
    mlp: str = "shared"
    mlp_ratio: int = 4

    def __post_init__(self) -> None:
        for name in ("width", "depth", "head_dim", "mlp_ratio"):
            _check_positive_int(name, getattr(self, name))
        _check_dilations("dilations", self.dilations)
        _check_choice("mlp", self.mlp, MLP_FORMS)
        for name, divisor in (("head_dim", self.head_dim), ("4 (squeeze width)", 4)):
            if self.width % divisor:
                raise ValueError(
                    f"width must be divisible by {name}, got width={self.width} and "
                    f"head_dim={self.head_dim}; take a multiple of {divisor}"
                )

    @property
    def heads(self) -> int:
        """Attention heads of each branch."""
        return self.width // self.head_dim

    def to_dict(self) -> dict[str, object]:
        """Plain numbers, strings and lists, ready for JSON; undone by `from_dict`."""
        return {**_values(self), "dilations": list(self.dilations)}

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> StageConfig:
        """Inverse of `to_dict`; ValueError for a missing or unknown key or a wrong type."""
        known = _checked_keys("a stage", values, cls)
        return cls(**{**known, "dilations": _tuple("dilations", known["dilations"])})


@dataclass(frozen=True, kw_only=True)
class ACCViTConfig:
    """An ACC-ViT: stem, four stages, head.

    Attributes:
        stem_width: channels of the stem, which halves the resolution.
        stages: four stages, at 1/4, 1/8, 1/16 and 1/32 of the image's resolution.
        fusion: how parallel branches become one: a learned "gate" per pixel and channel, or "mean".
        conv_dilations: one branch of every atrous convolution for each, strictly increasing.
        se: squeeze-and-excitation in the atrous convolutions (the ConvNeXt layer always has one).
        image_size: side of the square image, in pixels, a multiple of 32.
        window: side of an attention window in pixels of a feature map; None for image_size // 32.
        classes: width of the output.
        channels: channels of the image.
    """

    stem_width: int = 64
    stages: tuple[StageConfig, StageConfig, StageConfig, StageConfig]
    fusion: str = "gate"
    conv_dilations: tuple[int, ...] = (1, 2, 3)
    se: bool = True
    image_size: int = 224
    window: int | None = None
    classes: int = 1000
    channels: int = 3

    def __post_init__(self) -> None:
        for name in ("stem_width", "image_size", "classes", "channels"):
            _check_positive_int(name, getattr(self, name))
        if self.window is not None:
            _check_positive_int("window", self.window)
        _check_dilations("conv_dilations", self.conv_dilations)
        _check_choice("fusion", self.fusion, FUSIONS)
        if not isinstance(self.se, bool):
            raise ValueError(f"se must be True or False, got {self.se!r}")
        if self.image_size % 32:
            lower = max(32, self.image_size // 32 * 32)
            raise ValueError(
                f"image_size must be a multiple of 32, got {self.image_size}; "
                f"take {lower} or {self.image_size // 32 * 32 + 32}"
            )
        self._check_stages()

    def _check_stages(self) -> None:
        if not (
            isinstance(self.stages, tuple)
            and len(self.stages) == STAGES
            and all(isinstance(stage, StageConfig) for stage in self.stages)
        ):
            raise ValueError(f"stages must be a tuple of four StageConfig, got {self.stages!r}")
        for index, stage in enumerate(self.stages):
            side = self.image_size // STAGE_STRIDES[index]
            for dilation in stage.dilations:
                if side % (dilation * self.window_size):
                    held = feasible_dilations(self.image_size, self.window, index)
                    advice = f"take from {held}" if held else "take another window or image_size"
                    raise ValueError(
                        f"stages[{index}].dilations: the {side} x {side} map must be divisible by "
                        f"dilation * window, got dilation {dilation} and window "
                        f"{self.window_size}; {advice}"
                    )

    @property
    def window_size(self) -> int:
        """Side of an attention window, in pixels of a feature map."""
        return self.image_size // 32 if self.window is None else self.window

    def to_dict(self) -> dict[str, object]:
        """Plain numbers, strings, lists and dicts, ready for JSON; undone by `from_dict`."""
        return {
            **_values(self),
            "stages": [stage.to_dict() for stage in self.stages],
            "conv_dilations": list(self.conv_dilations),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> ACCViTConfig:
        """Inverse of `to_dict`; ValueError for a missing or unknown key or a wrong type."""
        known = _checked_keys("a configuration", values, cls)
        stages = tuple(StageConfig.from_dict(stage) for stage in _tuple("stages", known["stages"]))
        dilations = _tuple("conv_dilations", known["conv_dilations"])
        return cls(**{**known, "stages": stages, "conv_dilations": dilations})


def _values(config: StageConfig | ACCViTConfig) -> dict[str, object]:
    return {field.name: getattr(config, field.name) for field in fields(config)}


def _checked_keys(
    what: str, values: object, cls: type[StageConfig] | type[ACCViTConfig]
) -> dict[str, Any]:
    if not isinstance(values, Mapping):
        raise ValueError(f"{what} must be a mapping, got {values!r}")
    names = [field.name for field in fields(cls)]
    missing = [name for name in names if name not in values]
    unknown = [name for name in values if name not in names]
    if missing or unknown:
        raise ValueError(
            f"{what} must have exactly the keys {', '.join(names)}; "
            f"missing: {missing}, unknown: {unknown}"
        )
    return dict(values)


def _tuple(name: str, value: object) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError(f"{name} must be a list, got {value!r}")
    return tuple(value)


def _check_positive_int(name: str, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name} must be a positive int, got {value!r}")


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, got {value!r}")


def _check_dilations(name: str, value: object) -> None:
    if not isinstance(value, tuple) or not value:
        raise ValueError(f"{name} must be a non-empty tuple of ints, got {value!r}")
    for dilation in value:
        _check_positive_int(f"each of {name}", dilation)
    if any(left >= right for left, right in pairwise(value)):
        raise ValueError(
            f"{name} must be strictly increasing, got {value}; take {tuple(sorted(set(value)))}"
        )
