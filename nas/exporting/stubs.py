"""Doors to timm and to the Hugging Face Hub: small files that import those packages where used."""

import re
from collections.abc import Mapping
from typing import Any

from nas.core.source import Source

_TIMM = '''\
"""The network of model.py for timm: import this file, then `timm.create_model("{name}")`.

`pretrained=True` takes the weights of model.safetensors beside this file{features_told}.
"""

from pathlib import Path

from safetensors.torch import load_file
from timm.models import {imported}register_model
from torch import {torch}nn

from model import {network}

PRETRAINED_CFG = {{
    "input_size": ({channels}, {side}, {side}),
    "fixed_input_size": True,
    "num_classes": {classes},
}}


@register_model
def {name}(
    pretrained: bool = False,{features_argument}
    pretrained_cfg: object = None,
    pretrained_cfg_overlay: object = None,
    cache_dir: object = None,
) -> nn.Module:
    """The network is fixed: it takes no other arguments."""
    model = {network}()
    model.pretrained_cfg, model.num_classes = PRETRAINED_CFG, {classes}
    if pretrained:
        model.load_state_dict(load_file(Path(__file__).parent / "model.safetensors"))
    return {returned}
'''
_FEATURES = '''

class Features(nn.Module):
    """Images b {channels} {side} {side} -> maps at strides {strides}."""

    def __init__(self, model: {network}) -> None:
        super().__init__()
        self.model = model
        self.feature_info = FeatureInfo(
            [
{info}
            ],
            out_indices={indices},
        )

    def forward(self, images: Tensor) -> list[Tensor]:
        """From fine to coarse."""
        return self.model.features(images)
'''
_HUB = '''\
"""The network of model.py for the Hugging Face Hub: from_pretrained, save_pretrained, push_to_hub.

`{name}.from_pretrained("this/folder")` takes the weights beside this file.
"""

from huggingface_hub import PyTorchModelHubMixin

from model import {network}


class {name}({network}, PyTorchModelHubMixin{licence}):
    """{title}, with the Hub's methods."""
'''


def timm_name(source: Source, facts: Mapping[str, Any]) -> str:
    """Its name among timm's models: its title, with the key of a trial."""
    words = re.findall(r"[a-z0-9]+", source.title.lower())
    found = words if facts["key"] is None else [*words, facts["key"][:8]]
    return "_".join(found if found and found[0][0].isalpha() else ["network", *found])


def timm_model(source: Source, facts: Mapping[str, Any]) -> str:
    """The text of timm_model.py."""
    setting = facts["setting"]
    known = {
        "name": timm_name(source, facts),
        "network": source.network,
        "channels": setting["channels"],
        "side": setting["resolution"],
        "classes": setting["classes"],
    }
    if not source.features:
        empty = {"imported": "", "torch": "", "features_told": "", "features_argument": ""}
        return _TIMM.format(**known, **empty, returned="model")
    text = _TIMM.format(
        **known,
        imported="FeatureInfo, ",
        torch="Tensor, ",
        features_told=",\n`features_only=True` gives its feature maps instead of logits",
        features_argument="\n    features_only: bool = False,",
        returned="Features(model) if features_only else model",
    )
    indices = tuple(range(len(source.features)))
    info = "\n".join(
        f'                {{"num_chs": {one.channels}, "reduction": {one.stride},'
        f' "module": "features.{index}"}},'
        for index, one in enumerate(source.features)
    )
    strides = ", ".join(str(one.stride) for one in source.features)
    return text + _FEATURES.format(**known, info=info, indices=indices, strides=strides)


def hub_model(source: Source, facts: Mapping[str, Any]) -> str:
    """The text of hub_model.py."""
    licence = "" if source.licence is None else f', license="{source.licence.lower()}"'
    name = f"Hub{source.network}"
    return _HUB.format(name=name, network=source.network, title=source.title, licence=licence)
