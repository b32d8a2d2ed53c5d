"""An ACC-ViT at another resolution, with other classes, or narrower: what a proxy trains."""

from dataclasses import replace

from accvit_blocks import ACCViTConfig
from nas.core.fidelity import Setting, UnrepresentableError

SQUEEZE = 4  # the squeeze width is C / 4
MIN_TOKENS = 4  # in a window of a proxy; with fewer, attention has nothing to choose between


def adapted(configuration: ACCViTConfig, setting: Setting) -> ACCViTConfig:
    """Windows follow the resolution; widths and head_dims scale alike: as many heads."""
    if setting.resolution < 32 or setting.resolution % 32:
        raise UnrepresentableError(
            f"resolution {setting.resolution}: expected a multiple of 32 pixels"
        )
    window = setting.resolution // 32
    if setting.proxy and window**2 < MIN_TOKENS:
        raise UnrepresentableError(
            f"resolution {setting.resolution}: a window would hold {window**2} token, so that"
            f" attention could not matter; take 64 pixels or more"
        )
    scale = setting.width_scale
    first, second, third, fourth = (
        replace(
            stage,
            width=_scaled(f"stages.{index}.width", stage.width, scale, SQUEEZE),
            head_dim=_scaled(f"stages.{index}.head_dim", stage.head_dim, scale, 1),
        )
        for index, stage in enumerate(configuration.stages)
    )
    return replace(
        configuration,
        stem_width=_scaled("stem_width", configuration.stem_width, scale, 1),
        stages=(first, second, third, fourth),
        image_size=setting.resolution,
        window=None,
        classes=setting.classes,
        channels=setting.channels,
    )


def _scaled(name: str, value: int, scale: float, multiple: int) -> int:
    scaled = round(value * scale)
    if scaled < 1 or abs(scaled - value * scale) > 1e-9 or scaled % multiple:
        raise UnrepresentableError(
            f"width scale {scale:g}: {name} = {value} would become {value * scale:g};"
            f" expected a multiple of {multiple}"
        )
    return scaled
