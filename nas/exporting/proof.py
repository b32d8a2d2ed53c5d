"""Proves what this folder says of its network: `python test_model.py`, or pytest on this file.

Needs torch, numpy and safetensors; for model.onnx also onnxruntime. golden.safetensors holds images
and the logits that the searched network gave for them in double precision: with the weights of this
folder, and with others, `perturbed` from them, with which no bias, gate or batch statistic is
without effect.
"""

import json
import sys
from collections.abc import Iterator
from importlib import import_module
from math import prod
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import SkipTest

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

HERE = Path(__file__).parent
STATISTICS = "statistics."  # before the names of what a forward pass in training mode has set
EQUAL, ONNX_EQUAL = 1e-5, 1e-4  # the largest difference between logits


def test_each_tensor_has_its_weights() -> None:
    """No more, no fewer, each of its shape."""
    network().load_state_dict(weights(), strict=True)


def test_the_logits_are_those_of_the_searched_network() -> None:
    """With the weights of this folder, in double precision: untrained ones may magnify rounding."""
    golden = load_file(HERE / "golden.safetensors")
    close(logits(weights(), golden["images"].double()).float(), golden["logits"], EQUAL)


def test_so_they_are_with_perturbed_weights() -> None:
    """With all of them changed, and batch statistics of the images."""
    golden = load_file(HERE / "golden.safetensors")
    measured = {
        name.removeprefix(STATISTICS): tensor
        for name, tensor in golden.items()
        if name.startswith(STATISTICS)
    }
    state = {**perturbed(weights()), **measured}
    close(logits(state, golden["images"]), golden["perturbed"], EQUAL)


def test_it_has_the_parameters_of_the_card() -> None:
    """Counted one by one."""
    found = sum(parameter.numel() for parameter in network().parameters())
    same(found, facts()["cost"]["params"], "parameters")


def test_it_needs_the_macs_of_the_card() -> None:
    """For one image, counted by torch: see `macs`."""
    same(macs(network(), image()), facts()["cost"]["macs"], "MACs")


def test_its_feature_maps_are_as_stated() -> None:
    """Channels and strides, from fine to coarse."""
    stated = facts()["network"]["features"]
    if not stated:
        raise SkipTest("it offers no feature maps")
    channels, rows, columns = image()
    with torch.no_grad():
        maps = (
            network()
            .to("meta")
            .features(  # type: ignore[operator]
                torch.zeros(1, channels, rows, columns, device="meta")
            )
        )
    expected = [
        (1, one["channels"], rows // one["stride"], columns // one["stride"]) for one in stated
    ]
    same([tuple(one.shape) for one in maps], expected, "feature maps")


def test_the_onnx_model_gives_the_same_logits() -> None:
    """For one image and for several, beyond what single precision costs model.py itself."""
    path = asked_for("model.onnx")
    try:
        onnxruntime = import_module("onnxruntime")
    except ImportError:
        raise SkipTest("onnxruntime is not installed") from None
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    golden = load_file(HERE / "golden.safetensors")
    rounding = float((logits(weights(), golden["images"]) - golden["logits"]).abs().max())
    for batch in (1, len(golden["images"])):
        (found,) = session.run(None, {"images": golden["images"][:batch].numpy()})
        expected = golden["logits"][:batch]
        close(torch.from_numpy(found), expected, ONNX_EQUAL + 2 * rounding)


def test_the_exported_program_gives_the_same_logits() -> None:
    """For one image, and for several at once."""
    program = torch.export.load(asked_for("model.pt2")).module()
    golden = load_file(HERE / "golden.safetensors")
    for batch in (1, len(golden["images"])):
        with torch.no_grad():
            found = program(golden["images"][:batch])
        close(found, logits(weights(), golden["images"][:batch]), EQUAL)


def facts() -> Any:
    """What config.json says."""
    return json.loads((HERE / "config.json").read_text(encoding="utf-8"))


def image() -> tuple[int, int, int]:
    """Channels, rows and columns."""
    setting = facts()["setting"]
    return setting["channels"], setting["resolution"], setting["resolution"]


def weights() -> dict[str, Tensor]:
    """By the names of model.py."""
    return load_file(HERE / "model.safetensors")


def network() -> nn.Module:
    """That of model.py, in evaluation mode, with the weights that torch gives it."""
    module = ModuleType("model")
    text = (HERE / "model.py").read_text(encoding="utf-8")
    exec(compile(text, "model.py", "exec"), module.__dict__)
    made = getattr(module, facts()["network"]["class"])()
    assert isinstance(made, nn.Module), f"expected an nn.Module; got {type(made).__name__}"
    return made.eval()


def logits(state: dict[str, Tensor], images: Tensor) -> Tensor:
    """With these weights, in the images' precision: b c h w -> b classes."""
    model = network().to(images.dtype)
    model.load_state_dict(state, strict=True)
    with torch.no_grad():
        found: Tensor = model(images)
    return found


def perturbed(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Each value up to 30 % larger or smaller; of a tensor of zeros, up to 0.3 from zero."""
    found = dict(state)
    for seed, name in enumerate(sorted(state)):
        tensor = state[name]
        if not tensor.is_floating_point():
            continue
        draws = np.random.Generator(np.random.PCG64(seed)).random(tensor.numel(), dtype=np.float32)
        noise = torch.from_numpy(0.6 * draws - 0.3).reshape(tensor.shape).to(tensor.dtype)
        found[name] = tensor * (1 + noise) if tensor.any() else noise
    return found


def macs(model: nn.Module, shape: tuple[int, int, int]) -> int:
    """Multiply-accumulates of one image, counted by torch, for which each is two operations.

    Of convolutions, linear layers and products of matrices; and one for each element of a
    torch.addcmul, a fused multiply-add. What else works element by element counts as nothing.
    """
    addcmul = {torch.ops.aten.addcmul: lambda *_, out_shape, **__: 2 * prod(out_shape)}
    counter = FlopCounterMode(display=False, custom_mapping=addcmul)
    with counter, torch.no_grad():
        model.to("meta").requires_grad_(False)(torch.zeros(1, *shape, device="meta"))
    return counter.get_total_flops() // 2


def asked_for(name: str) -> Path:
    """The file; what was not exported cannot be wrong."""
    if not (HERE / name).exists():
        raise SkipTest(f"{name} was not asked for")
    return HERE / name


def close(found: Tensor, expected: Tensor, most: float) -> None:
    """AssertionError where logits differ by more than `most`, or are not of one shape."""
    same(tuple(found.shape), tuple(expected.shape), "shape of the logits")
    difference = float((found - expected).abs().max())
    assert difference <= most, f"the logits differ by {difference:.2g}; expected at most {most:g}"


def same(found: object, expected: object, what: str) -> None:
    """AssertionError where they are not."""
    assert found == expected, f"{what}: {found}; expected {expected}"


def outcomes() -> Iterator[tuple[str, str, str]]:
    """Of each proof its name, "holds", "skipped" or "FAILS", and why."""
    tests = [test for name, test in globals().items() if name.startswith("test_")]
    for test in tests:
        name = test.__name__.removeprefix("test_").replace("_", " ")
        try:
            test()
            yield name, "holds", ""
        except SkipTest as reason:
            yield name, "skipped", str(reason)
        except Exception as error:
            yield name, "FAILS", " ".join(f"{type(error).__name__}: {error}".split())[:300]


def main() -> int:
    """Print a line for each proof; 1 if one fails."""
    found = list(outcomes())
    for name, outcome, reason in found:
        print(f"{outcome:<8} {name}{f': {reason}' if reason else ''}")
    return int(any(outcome == "FAILS" for _, outcome, _ in found))


if __name__ == "__main__":
    sys.exit(main())
