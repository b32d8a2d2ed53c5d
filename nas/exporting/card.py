"""MODEL_CARD.md and LICENSE of an exported folder: which network this is, in plain words."""

from collections.abc import Mapping, Sequence
from typing import Any

from nas.core.cost import human
from nas.core.markdown import code, plain
from nas.core.source import Source
from nas.exporting import files

NAMED = 20  # classes
_UNTRAINED = "**The weights are untrained**, initialised from seed {seed}: train before use."
_PROXY = (
    "**The weights are those of a proxy training**, which was short and small and served to compare"
    "\nnetworks: train in full before use."
)
_RESULT = """\
{what} reached an accuracy of {accuracy:.1%} on held-out images of {data}, after
{fidelity}. This ranks networks
of one study; it is not ImageNet accuracy, nor what full training would reach.
"""
_INPUTS = """\
They expect pixels of 0..1, channel by channel less {mean} and divided by {std}. Logits stand for,
in this order: {names}.
"""
_UNKNOWN_INPUTS = """\
How the pixels were normalised is not known: when this was written, the images of the search could
not be read.
"""
_WITH_MODEL = """\
## Use
```python
from safetensors.torch import load_file

from model import {network}  # model.py needs torch alone

network = {network}().eval()
network.load_state_dict(load_file("model.safetensors"))
logits = network(images)  # b {channels} {resolution} {resolution} -> b {classes}{features}
```
For training, stochastic depth and the like are left to you. `timm_model.py` registers it with timm,
`hub_model.py` gives it the methods of the Hugging Face Hub.

## Proof
`python {proof}` (or pytest) shows, without the search's packages, that `{model}` gives the
logits of the searched network to 1e-5, with these weights (in double precision) and with others
that leave no gate, bias or batch statistic without effect; that the parameters and MACs are those
above, counted by torch{onnx}.
"""
_WITHOUT_MODEL = """\
## Use
```python
from nas.exporting import load_exported

network = load_exported("path/of/this/folder")  # a torch.nn.Module in evaluation mode
```
The space {space} offers no `source(configuration)` (see `nas.core.source`), so there is no
`model.py` that could do without it.
"""
_MACS = (
    "MACs are multiply-accumulates of convolutions, linear layers, matrix products and gates.\n"
    "Norms, activations and whatever else works element by element count as nothing."
)
_LICENCE = """\
model.py was generated and is licensed as {source}.
The other text files of this folder are licensed as Apache-2.0:
https://www.apache.org/licenses/LICENSE-2.0

Weights that you train, and data, have licences of their own.
"""


def card(facts: Mapping[str, Any], *, extras: Sequence[str]) -> str:
    """Markdown from the facts in config.json; `extras` are the files that were asked for."""
    setting, cost = facts["setting"], facts["cost"]
    scale = setting["width_scale"]
    image = f"{setting['resolution']} x {setting['resolution']} x {setting['channels']}"
    rows = [
        ("images", image),
        ("classes", str(setting["classes"])),
        ("parameters", f"{cost['params']:,} ({human(cost['params'])})"),
        ("MACs an image", f"{cost['macs']:,} ({human(cost['macs'])})"),
        *([] if scale == 1 else [("widths", f"those of the search's network x {scale:g}")]),
    ]
    parts = [
        f"# {_title(facts)}",
        f"A network of the search space {code(facts['space'])}, fixed: nothing in it is searched.",
        "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)]),
        _MACS,
        (_PROXY if facts["weights"] == "proxy" else _UNTRAINED).format(seed=facts["seed"]),
        *_result(facts),
        *_inputs(facts),
        _use(facts, extras).rstrip(),
        _whence(facts, extras),
    ]
    return "\n\n".join(parts) + "\n"


def licence(source: Source) -> str:
    """A note; the text of a licence is longer than what it is about."""
    said = source.licence or "its search space says, which does not say it here"
    return _LICENCE.format(source=said)


def _title(facts: Mapping[str, Any]) -> str:
    network, trial = facts["network"], facts["trial"]
    title = plain(network["title"]) if network else "A network"
    return title if trial is None else f"{title}: trial {trial} of {plain(facts['study'])}"


def _result(facts: Mapping[str, Any]) -> list[str]:
    if facts["accuracy"] is None:
        return []
    what = "These weights" if facts["weights"] == "proxy" else "In the search its proxy"
    said = _RESULT.format(
        what=what,
        accuracy=facts["accuracy"],
        data=code(str(facts["data"])),
        fidelity=plain(str(facts["fidelity"])),
    )
    return [said.rstrip()]


def _inputs(facts: Mapping[str, Any]) -> list[str]:
    """What trained weights must be given."""
    if facts["weights"] != "proxy":
        return []
    known = facts["inputs"]
    if known is None:
        return [_UNKNOWN_INPUTS.rstrip()]
    mean, std = (", ".join(f"{one:g}" for one in known[name]) for name in ("mean", "std"))
    return [_INPUTS.format(mean=mean, std=std, names=_names(known["class_names"])).rstrip()]


def _names(names: Sequence[str]) -> str:
    """Some of them."""
    more = len(names) - NAMED
    tail = f" and {more} more in `{files.CONFIG}`" if more > 0 else ""
    return ", ".join(map(plain, names[:NAMED])) + tail


def _use(facts: Mapping[str, Any], extras: Sequence[str]) -> str:
    network = facts["network"]
    if network is None:
        return _WITHOUT_MODEL.format(space=code(facts["space"]))
    setting = facts["setting"]
    strides = ", ".join(str(one["stride"]) for one in network["features"])
    return _WITH_MODEL.format(
        network=network["class"],
        channels=setting["channels"],
        resolution=setting["resolution"],
        classes=setting["classes"],
        features=f"\nmaps = network.features(images)  # at strides {strides}" if strides else "",
        proof=files.PROOF,
        model=files.MODEL,
        onnx="; and that `model.onnx` agrees to 1e-4" if files.ONNX in extras else "",
    )


def _whence(facts: Mapping[str, Any], extras: Sequence[str]) -> str:
    versions = ", ".join(plain(f"{name} {number}") for name, number in facts["versions"].items())
    lines = ["## Where it comes from"]
    if facts["trial"] is not None:
        lines.append(f"- trial {facts['trial']} of the study {code(facts['study'])}")
        lines.append(f"- key {code(facts['key'])}, the content hash of its genome")
    lines.append(f"- its configuration: `{files.CONFIG}`")
    lines.append(f"- made with {versions}")
    if facts["command"]:
        lines.append(f"- by {code(facts['command'])}")
    if extras:
        lines.append(f"- on request: {', '.join(f'`{name}`' for name in extras)}")
    if facts["network"]:
        lines.append(f"- licence: see `{files.LICENCE}`")
    return "\n".join(lines)
