"""What a network's written-out form allows: files that do without this package, and their proof."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from runpy import run_path
from typing import Any

from safetensors.torch import save
from torch import nn

from nas.core.errors import InputError
from nas.core.fidelity import Setting
from nas.exporting import files, proof
from nas.exporting.card import licence
from nas.exporting.golden import golden
from nas.exporting.latency import measured
from nas.exporting.programs import to_archive, to_onnx
from nas.exporting.source import Written
from nas.exporting.stubs import hub_model, timm_model


@dataclass(frozen=True, kw_only=True)
class Extras:
    """What an export holds only where it is asked for; all of it needs the space's `source`."""

    onnx: bool = False
    archive: bool = False
    latency: bool = False


NOTHING = Extras()


def take_home(
    draft: Path,
    found: Written,
    built: nn.Module,
    facts: Mapping[str, Any],
    *,
    setting: Setting,
    extras: Extras,
) -> None:
    """What the written-out form allows; InputError where the folder's own proofs fail."""
    source = found.source
    write_text(draft / files.MODEL, source.text)
    write_text(draft / files.PROOF, Path(proof.__file__).read_text(encoding="utf-8"))
    write_text(draft / files.TIMM, timm_model(source, facts))
    write_text(draft / files.HUB, hub_model(source, facts))
    write_text(draft / files.LICENCE, licence(source))
    (draft / files.WEIGHTS).write_bytes(save(found.state, metadata={"format": "pt"}))
    name = facts["space"]
    with _blaming(f"space {name}: its network cannot be run in double precision"):
        expected = golden(built, found.state, source.parts, setting)  # changes the built network
    (draft / files.GOLDEN).write_bytes(save(expected))
    if extras.onnx:
        with _blaming(f"--onnx: the network of space {name} cannot be exported"):
            to_onnx(found.model, setting, draft / files.ONNX)
    if extras.archive:
        with _blaming(f"--torch-export: the network of space {name} cannot be exported"):
            to_archive(found.model, setting, draft / files.ARCHIVE)
    if extras.latency:
        text = json.dumps(measured(found.model, setting), indent=2)
        write_text(draft / files.LATENCY, text + "\n")
    _prove(draft, name)


def write_text(path: Path, text: str) -> None:
    """The same bytes on every system."""
    path.write_text(text, encoding="utf-8", newline="\n")


def _prove(draft: Path, space: str) -> None:
    """InputError with the first of the folder's own proofs that fails."""
    for name, outcome, reason in run_path(str(draft / files.PROOF))["outcomes"]():
        if outcome == "FAILS":
            raise InputError(f"space {space}: its source is defective: {name}: {reason}")


@contextmanager
def _blaming(what: str) -> Iterator[None]:
    """InputError that says so, whatever is raised by somebody's network."""
    try:
        yield
    except Exception as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise InputError(f"{what}: {said}") from error
