"""Write one network as a fixed model: no genome, no knobs and no study are needed to use it."""

import json
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError
from safetensors.torch import load_model, save_model
from torch import nn

from nas.core.errors import InputError
from nas.core.fidelity import Setting
from nas.core.space import ENTRY_POINTS, Configuration, SearchSpace
from nas.exporting import files
from nas.exporting.card import card
from nas.exporting.folder import filling
from nas.exporting.programs import check_onnx
from nas.exporting.room import check_room
from nas.exporting.source import Written, written_out
from nas.exporting.take_home import NOTHING, Extras, take_home, write_text

Weights = Literal["untrained", "proxy"]


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """How images were prepared for trained weights, and what each logit stands for.

    Attributes:
        mean, std: of each channel's pixels, on a scale of 0..1: less the one, divided by the other.
        class_names: in the order of the logits.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]
    class_names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a network was found, and what its proxy training gave there.

    Attributes:
        study: the study's folder, or its name.
        trial: its number.
        key: the content hash of its genome.
        accuracy: of the proxy, in 0..1; None where it is unknown.
        fidelity: how much training that was, in words.
        data: on which images.
    """

    study: str
    trial: int
    key: str
    accuracy: float | None = None
    fidelity: str | None = None
    data: str | None = None


def export(
    space: SearchSpace,
    configuration: Configuration,
    out: Path,
    *,
    setting: Setting,
    weights: Path | None = None,
    inputs: Inputs | None = None,
    seed: int = 0,
    origin: Origin | None = None,
    space_name: str | None = None,
    extras: Extras = NOTHING,
    command: str | None = None,
) -> bool:
    """Fill the new or empty folder `out` with the network at `setting`, completely or not at all.

    `weights` is a safetensors state dict of the network at that setting, as a proxy training kept
    it, for images as `inputs` says; without it the network is untrained, initialised from `seed`.
    `space_name` is what finds the space again where that is not its own name: package.module:SPACE.
    `command` is for the card.

    Gives whether the network could be written out as model.py, with its proofs, which have then
    been run; a space without `source` (nas.core.source) leaves config, weights and card.
    Raises InputError for a folder in use, a setting that the space cannot take, wrong weights, a
    source that is not of this network, a network too large for this machine, and extras that cannot
    be had.
    """
    adapted = space.adapt(configuration, setting)
    check_room(space.cost(adapted))
    if extras.onnx:
        check_onnx()
    with filling(out) as draft:
        model = initialised(space, adapted, seed)
        if weights is not None:
            load_weights(model, weights)
        found = written_out(space, adapted, model)
        if found is None and extras != NOTHING:
            raise InputError(
                f"space {space.name} offers no source(configuration) (see nas.core.source);"
                " leave out --onnx, --torch-export and --measure"
            )
        facts = {
            "space": space_name or space.name,
            "configuration": space.to_dict(adapted),
            "setting": asdict(setting),
            "network": _network(found),
            "weights": "untrained" if weights is None else "proxy",
            "seed": seed if weights is None else None,
            "inputs": None if inputs is None else asdict(inputs),
            "cost": asdict(space.cost(adapted)),
            **_from(origin),
            "versions": _versions(space_name or space.name),
            "command": command,
        }
        write_text(draft / files.CONFIG, json.dumps(facts, indent=2) + "\n")
        write_text(draft / files.CARD, card(facts, extras=_names(extras)))
        if found is None:
            save_model(model, str(draft / files.WEIGHTS))
        else:
            take_home(draft, found, model, facts, setting=setting, extras=extras)
    return found is not None


def initialised(space: SearchSpace, configuration: Configuration, seed: int) -> nn.Module:
    """The network with the weights this seed gives it; the global generator stays as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return space.build(configuration)


def load_weights(model: nn.Module, path: Path) -> None:
    """All tensors of the model from a safetensors file, no more, no fewer; InputError otherwise."""
    if not path.is_file():
        raise InputError(f"{path}: no such weights")
    try:
        load_model(model, path, strict=True)
    except SafetensorError as error:
        raise InputError(f"{path}: expected safetensors; {error}") from error
    except RuntimeError as error:
        said = " ".join(str(error).split())[:200]
        raise InputError(f"{path}: these weights are another network's: {said}") from error


def _network(found: Written | None) -> dict[str, Any] | None:
    if found is None:
        return None
    source = found.source
    features = [asdict(one) for one in source.features]
    return {"class": source.network, "title": source.title, "features": features}


def _from(origin: Origin | None) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(Origin.__dataclass_fields__)
    return empty if origin is None else asdict(origin)


def _names(extras: Extras) -> tuple[str, ...]:
    asked = ((extras.onnx, files.ONNX), (extras.archive, files.ARCHIVE))
    return tuple(name for wanted, name in (*asked, (extras.latency, files.LATENCY)) if wanted)


def _versions(space_name: str) -> dict[str, Any]:
    """Of what must be installed to load the folder, as far as it is known."""
    found = {"python": platform.python_version()}
    found |= {name: version(name) for name in ("torch", "safetensors")}
    for entry in entry_points(group=ENTRY_POINTS):
        if entry.name == space_name and entry.dist is not None:
            found[entry.dist.name] = entry.dist.version
    return found
