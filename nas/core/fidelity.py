"""How much training stands in for the real thing: the proxy's epochs, pixels, images and widths."""

from dataclasses import dataclass
from reprlib import repr as abridged

from nas.core.errors import InputError

MOST = 10**7  # of pixels a side, classes or channels; above, it is a slip


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Where a configuration is put to use: input size, classes, channels and a scale on its widths.

    With `proxy` it only stands in for another setting, so every knob must remain visible in it.
    """

    resolution: int = 224
    classes: int = 1000
    channels: int = 3
    width_scale: float = 1.0
    proxy: bool = False

    def __post_init__(self) -> None:
        """Refuse what no images have, also where it was read from a file."""
        for name in ("resolution", "classes", "channels"):
            value = getattr(self, name)
            if type(value) is not int or not 0 < value < MOST:
                expected = f"a whole number above 0 and below {MOST:,}"
                raise InputError(f"{name}: expected {expected}; got {abridged(value)}")


@dataclass(frozen=True, kw_only=True)
class Fidelity:
    """The size of one proxy training; two evaluations compare only at equal fidelity.

    `data_share` is the share of the training images; `width_scale` scales every width alike.
    """

    epochs: int
    resolution: int
    data_share: float = 1.0
    width_scale: float = 1.0

    def __post_init__(self) -> None:
        if self.epochs < 1:
            raise InputError(f"--epochs: expected 1 or more; got {self.epochs}")
        if self.resolution < 1:
            raise InputError(f"--resolution: expected 1 or more pixels; got {self.resolution}")
        if not 0 < self.data_share <= 1:
            raise InputError(
                f"--data-share: expected a share above 0, up to 1; got {self.data_share}"
            )
        if not 0 < self.width_scale <= 1:
            raise InputError(
                f"--width-scale: expected a scale above 0, up to 1; got {self.width_scale}"
            )

    def __str__(self) -> str:
        return (
            f"{self.epochs} epoch{'' if self.epochs == 1 else 's'} at {self.resolution} px,"
            f" {self.data_share:.0%} of the training images, widths x {self.width_scale:g}"
        )


class UnrepresentableError(InputError):
    """A network that a setting cannot hold: resolution or width scale do not divide as needed."""


def proxy_setting(fidelity: Fidelity, *, classes: int, channels: int) -> Setting:
    """Where a proxy training puts a configuration: its pixels and widths, the data's classes."""
    return Setting(
        resolution=fidelity.resolution,
        classes=classes,
        channels=channels,
        width_scale=fidelity.width_scale,
        proxy=True,
    )
