"""Read an exported network back: nothing in the folder is executed, no tensor may be missing."""

import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from nas.core.errors import InputError
from nas.core.source import Source
from nas.core.space import find_space
from nas.exporting.files import CONFIG, WEIGHTS
from nas.exporting.source import offered
from nas.exporting.translate import restored
from nas.exporting.write import initialised, load_weights


def load_exported(folder: Path | str) -> nn.Module:
    """The network in evaluation mode: images b c h w -> logits b classes.

    Raises InputError where the folder is no export, its space is not installed or its weights are
    not its network's.
    """
    facts = _facts(Path(folder) / CONFIG)
    space = find_space(facts["space"])
    try:
        configuration = space.from_dict(facts["configuration"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{Path(folder) / CONFIG}: no network of {space.name}: {error}") from error
    model = initialised(space, configuration, seed=0)  # every weight is then replaced
    source = offered(space, configuration) if facts.get("network") else None
    if source is None:
        load_weights(model, Path(folder) / WEIGHTS)
    else:
        _load_translated(model, Path(folder) / WEIGHTS, source)
    return model.eval()


def _load_translated(model: nn.Module, path: Path, source: Source) -> None:
    """Weights that lie there under the names of model.py."""
    try:
        own = load_file(path)
        model.load_state_dict(restored(own, source.parts, model.state_dict()))
    except (OSError, SafetensorError) as error:
        raise InputError(f"{path}: expected safetensors; {error}") from error
    except (KeyError, RuntimeError) as error:
        said = " ".join(str(error).split())[:200]
        raise InputError(f"{path}: these weights are another network's: {said}") from error


def _facts(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: expected an exported folder: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"{path}: expected JSON: {error}") from error
    if not isinstance(facts, dict) or not isinstance(facts.get("space"), str):
        raise InputError(f'{path}: expected an object with "space" and "configuration"')
    if not isinstance(facts.get("configuration"), dict):
        raise InputError(f'{path}: expected an object under "configuration"')
    return facts
