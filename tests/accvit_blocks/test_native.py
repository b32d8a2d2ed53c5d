"""Where the native kernels are used, that they give the same bits each time, and do without."""

import os
import stat
import subprocess
import sys
from dataclasses import replace

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from accvit_blocks import VARIANTS, ACCViT, layer_counts, native
from accvit_blocks.native import build, library
from accvit_blocks.plain import PlainACCViT
from tests.accvit_blocks.counted import bytes_kept
from tests.accvit_blocks.test_numerics import NANO

HERE = native.missing() is None
needed = pytest.mark.skipif(not HERE, reason=str(native.missing()))


def images(number: int = 2) -> torch.Tensor:
    return torch.randn(number, 3, 64, 64, generator=torch.Generator().manual_seed(0))


def gradients(threads: int) -> list[torch.Tensor]:
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        torch.manual_seed(0)
        qkv = torch.randn(3, 8, 8, 144, requires_grad=True)
        bias = torch.randn(2, 3, 4, 4, requires_grad=True)
        out = native.window_attention(qkv, bias, dilations=(1, 2))
        maps = torch.randn(2, 3, 8, 8, 24, requires_grad=True)
        norms = [torch.nn.BatchNorm2d(24) for _ in range(2)]
        values, means = native.norm_gelu(maps, norms)
        fused = native.gate(values, means.sigmoid(), out[0], means[:, 0], means[:, 1])
        return [fused, *torch.autograd.grad(fused.square().sum(), (qkv, bias, maps))]
    finally:
        torch.set_num_threads(before)


@needed
def test_the_number_of_threads_changes_no_bit():
    for one, two in zip(gradients(1), gradients(2), strict=True):
        assert torch.equal(one, two)


@needed
def test_a_network_on_a_cpu_computes_with_them(monkeypatch):
    called, kernel = [], library._kernel
    monkeypatch.setattr(
        library, "_kernel", lambda name, kind: called.append(name) or kernel(name, kind)
    )
    ACCViT(NANO).train()(images()).sum().backward()
    assert {name.removesuffix("_gradient") for name in called} >= {
        "depthwise",
        "gate",
        "norm_gelu",
        "small_attention",
    }


def test_whoever_counts_operations_sees_torchs():
    counts = []
    for model in (ACCViT(NANO), PlainACCViT(NANO)):
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            model.eval()(images())
        counts.append(counter.get_total_flops())
    # The plain form's gates are convolutions, ours are not in torch's counter.
    assert counts[0] > 0.9 * counts[1]
    assert counts[0] <= counts[1]


def test_an_exported_program_holds_torchs_operations():
    model = ACCViT(NANO).eval()
    with torch.no_grad():
        program = torch.export.export(model, (images(),))
        torch.testing.assert_close(
            program.module()(images()), model(images()), rtol=1e-4, atol=1e-5
        )
    called = {str(node.target) for node in program.graph.nodes if node.op == "call_function"}
    assert {"aten.conv2d.default", "aten.softmax.int"} <= called


def test_half_precision_and_autocast_are_torchs():
    x = torch.zeros(1)
    assert not native.usable(x.bfloat16())
    assert not native.usable(x.to("meta"))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert not native.usable(x)
    with native.disabled():
        assert not native.usable(x)
    assert native.usable(x) is HERE


def test_norms_in_evaluation_mode_can_be_trained_through():
    torch.manual_seed(0)
    model = ACCViT(NANO).double().eval()
    out = model(images().double())
    with native.disabled():
        expected = model(images().double())
    wanted = torch.autograd.grad(expected.sum(), model.stem.reduce.weight)
    torch.testing.assert_close(torch.autograd.grad(out.sum(), model.stem.reduce.weight), wanted)


def test_a_network_of_many_branches_is_computed_all_the_same():
    many = replace(NANO, conv_dilations=(1, 2, 3, 4, 5))
    torch.manual_seed(0)
    model = ACCViT(many).double().eval()
    with torch.no_grad():
        out = model(images().double())
        with native.disabled():
            torch.testing.assert_close(out, model(images().double()))


def python(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=True,
    )
    return done.stdout.strip()


STATE = "from accvit_blocks import native; print(native.missing())"


def test_without_a_compiler_there_are_none(tmp_path):
    empty = str(tmp_path)
    assert "no C++ compiler was found" in python(STATE, PATH=empty, XDG_CACHE_HOME=empty, CXX="")


def test_a_compiler_that_fails_is_named(tmp_path):
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\n[ $1 = --version ] || { echo no such flag >&2; exit 1; }\n")
    broken.chmod(0o700)
    reason = python(STATE, CXX=str(broken), XDG_CACHE_HOME=str(tmp_path))
    assert reason == "broken did not compile them: no such flag"


def test_they_can_be_turned_off():
    assert python(STATE, ACCVIT_NATIVE="0") == "ACCVIT_NATIVE=0 turns them off"


@needed
def test_the_library_is_kept_where_only_its_owner_writes(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = build.built()
    made = first.stat().st_mtime_ns
    assert build.built() == first
    assert first.stat().st_mtime_ns == made
    assert stat.S_IMODE(first.parent.stat().st_mode) == 0o700
    assert [path.name for path in first.parent.iterdir()] == [first.name]


def test_a_change_of_sources_is_another_library(tmp_path, monkeypatch):
    before = build._key("true")
    sources = tmp_path / "kernels"
    sources.mkdir()
    (sources / "gate.cpp").write_text("// other")
    monkeypatch.setattr(build, "SOURCES", sources)
    assert build._key("true") != before


@needed
def test_no_layer_keeps_more_for_the_gradient_than_with_torchs_operations():
    config = replace(VARIANTS["femto"], image_size=64, classes=10)
    counts = layer_counts(config)
    kept = bytes_kept(ACCViT(config).train(), counts, images(1))
    assert all(kept[layer] <= count.saved_bytes for layer, count in counts.items())
    assert kept.total() < 0.8 * sum(count.saved_bytes for count in counts.values())


@needed
def test_parts_of_another_precision_are_refused():
    x = torch.randn(1, 2, 4, 4, 8)
    other = torch.zeros(2, 8, dtype=torch.float64)
    with pytest.raises(
        TypeError, match=r"gate: expected all of torch\.float32; got torch\.float64"
    ):
        native.gate(x.transpose(0, 1).contiguous(), None, x[0, :1], other, other)


def test_a_default_device_elsewhere_is_left_alone():
    network, x = ACCViT(NANO), images()
    with torch.device("meta"):
        out = network(x)
    assert out.device.type == "cpu"
    assert torch.isfinite(out).all()
