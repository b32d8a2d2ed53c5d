"""The README of an exported folder: which network this is, in plain words."""

from collections.abc import Mapping
from typing import Any

from nas.exporting.files import CONFIG, WEIGHTS

_NOTE = """\
# {title}

A network of the search space `{space}` for images of {resolution} x {resolution} pixels with
{channels} channels and {classes} classes.{scaled}
It has {params:,} parameters and needs {macs:,} multiply-accumulates (MACs) an image.

{weights}

- `{config}`: its configuration, and where it comes from
- `{tensors}`: its weights

```python
from nas.exporting import load_exported

model = load_exported("path/of/this/folder")  # a torch.nn.Module in evaluation mode
```
"""
_UNTRAINED = "**The weights are untrained**, initialised from seed {seed}: train before use."
_PROXY = (
    "**The weights are those of a proxy training**, which was short and small and served to\n"
    "compare networks: train in full before use."
)


def note(facts: Mapping[str, Any]) -> str:
    """Markdown from the facts in config.json."""
    setting, trial = facts["setting"], facts["trial"]
    scale = setting["width_scale"]
    return _NOTE.format(
        title="A network" if trial is None else f"Trial {trial} of {facts['study']}",
        space=facts["space"],
        **{name: setting[name] for name in ("resolution", "channels", "classes")},
        scaled="" if scale == 1 else f" All widths are scaled by {scale:g}.",
        params=facts["cost"]["params"],
        macs=facts["cost"]["macs"],
        weights=(_PROXY if facts["weights"] == "proxy" else _UNTRAINED).format(seed=facts["seed"]),
        config=CONFIG,
        tensors=WEIGHTS,
    )
