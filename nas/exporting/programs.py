"""The network as a program that needs no Python: ONNX, and an archive of torch.export.

Both take any number of images, and both come out alike byte for byte: what they would keep of this
machine (paths, stack traces) is left out.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import nn

from nas.core.errors import InputError
from nas.core.fidelity import Setting

NEEDED = ("onnx", "onnxscript")


def check_onnx() -> None:
    """InputError where what writes ONNX is not installed."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise InputError(f"--onnx: needs {' and '.join(missing)}; pip install {' '.join(NEEDED)}")


def to_onnx(model: nn.Module, setting: Setting, path: Path) -> None:
    """`images` b c h w -> `logits` b classes, in float32."""
    with _quiet():
        program = torch.onnx.export(
            model,
            (_example(setting),),
            input_names=["images"],
            output_names=["logits"],
            dynamic_shapes=_any_number(),
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    proto = program.model_proto
    graph = proto.graph
    named = (proto, graph, *graph.node, *graph.input, *graph.output, *graph.initializer)
    for part in (*named, *graph.value_info, *proto.functions):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    path.write_bytes(proto.SerializeToString(deterministic=True))


def to_archive(model: nn.Module, setting: Setting, path: Path) -> None:
    """For `torch.export.load`."""
    with _quiet():
        program = torch.export.export(model, (_example(setting),), dynamic_shapes=_any_number())
    for module in program.graph_module.modules():
        if isinstance(module, torch.fx.GraphModule):
            for node in module.graph.nodes:
                node.meta.pop("stack_trace", None)
    with _quiet():
        torch.export.save(program, path)


def _example(setting: Setting) -> torch.Tensor:
    return torch.zeros(2, setting.channels, setting.resolution, setting.resolution)


def _any_number() -> tuple[dict[int, Any]]:
    return ({0: torch.export.Dim("batch")},)


@contextmanager
def _quiet() -> Iterator[None]:
    """What torch deprecates of its own and logs of its progress is no news to the user."""
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)
