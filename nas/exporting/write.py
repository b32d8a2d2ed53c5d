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
from nas.exporting.files import CONFIG, NOTE, WEIGHTS
from nas.exporting.folder import filling
from nas.exporting.note import note

Weights = Literal["untrained", "proxy"]


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a network was found: the study's folder, the trial's number and its key."""

    study: str
    trial: int
    key: str


def export(
    space: SearchSpace,
    configuration: Configuration,
    out: Path,
    *,
    setting: Setting,
    weights: Path | None = None,
    seed: int = 0,
    origin: Origin | None = None,
    space_name: str | None = None,
) -> None:
    """Fill the new or empty folder `out` with the network at `setting`, completely or not at all.

    `weights` is a safetensors state dict of the network at that setting, as a proxy training kept
    it; without it the network is untrained, initialised from `seed`. `space_name` is what finds the
    space again where that is not its own name: package.module:SPACE.
    Raises InputError for a folder in use, a setting that the space cannot take, and wrong weights.
    """
    adapted = space.adapt(configuration, setting)
    with filling(out) as draft:
        model = initialised(space, adapted, seed)
        if weights is not None:
            load_weights(model, weights)
        facts = {
            "space": space_name or space.name,
            "configuration": space.to_dict(adapted),
            "setting": asdict(setting),
            "weights": "untrained" if weights is None else "proxy",
            "seed": seed if weights is None else None,
            "cost": asdict(space.cost(adapted)),
            **(asdict(origin) if origin else {"study": None, "trial": None, "key": None}),
            "versions": _versions(space_name or space.name),
        }
        save_model(model, str(draft / WEIGHTS))
        (draft / CONFIG).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
        (draft / NOTE).write_text(note(facts), encoding="utf-8")


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


def _versions(space_name: str) -> dict[str, Any]:
    """Of what must be installed to load the folder, as far as it is known."""
    found = {"python": platform.python_version()}
    found |= {name: version(name) for name in ("torch", "safetensors")}
    for entry in entry_points(group=ENTRY_POINTS):
        if entry.name == space_name and entry.dist is not None:
            found[entry.dist.name] = entry.dist.version
    return found
