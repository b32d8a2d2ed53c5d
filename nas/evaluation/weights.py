"""Trained weights in one safetensors file, with the configuration that they belong to."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save

from nas.core.errors import InputError

CONFIGURATION = "configuration"  # the key of the JSON text in the file's metadata


def save_weights(
    path: Path, state: Mapping[str, torch.Tensor], configuration: Mapping[str, Any]
) -> None:
    """Write all at once or not at all: to a temporary file beside `path`, then renamed.

    `configuration` is JSON values, as the space's `to_dict` gives; they stand in the metadata.
    """
    tensors = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in state.items()}
    content = save(tensors, metadata={CONFIGURATION: json.dumps(configuration)})
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def load_weights(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """The state dict and the configuration's JSON values; InputError if it is no such file."""
    try:
        with safe_open(path, framework="pt") as file:
            text = (file.metadata() or {}).get(CONFIGURATION)
        if text is None:
            raise InputError(f"{path}: expected weights with a configuration; it has none")
        return load_file(path), json.loads(text)
    except (OSError, SafetensorError) as error:
        raise InputError(f"{path}: expected a safetensors file; {error}") from error
