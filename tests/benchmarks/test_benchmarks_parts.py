"""What the benchmarks measure with: peaks of memory, calls, both forms, and a timm that lacks."""

import os
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from accvit_blocks import VARIANTS
from benchmarks import against_timm
from benchmarks.against_timm import Contestant
from benchmarks.arguments import plan_of, speed_parser
from benchmarks.calls import calls_of
from benchmarks.forms import SMALL, both_forms
from benchmarks.kept_memory import keep_memory
from benchmarks.matmul import matmul_flops_per_second
from benchmarks.memory import peak_bytes
from benchmarks.plain_space import SPACE as PLAIN
from benchmarks.torchvision_on_cpu import import_torchvision
from nas.core.errors import InputError
from nas.core.fidelity import Setting
from nas.scheduling.environment import KEEP_MEMORY
from search_spaces.accvit import SPACE

CPU = torch.device("cpu")


def test_a_peak_is_the_most_that_is_held_at_once() -> None:
    def work() -> None:
        first, second = torch.empty(1000), torch.empty(500)
        del first
        third = torch.empty(900)
        del second, third

    assert peak_bytes(work, CPU) == 4 * (1000 + 500)


def test_an_operator_that_calls_others_is_asked_once_and_no_leaf() -> None:
    there = torch.zeros(3)

    def work() -> None:
        torch.ones(3)  # calls empty and fill_
        torch.add(there, there)

    counted = calls_of(work, CPU)
    assert (counted.asked, counted.leaves, counted.kernels) == (2, 3, None)


def test_a_kernel_of_ours_counts_if_it_tells_the_profiler() -> None:
    def work() -> None:
        with torch.profiler.record_function("ours::kernel"):
            pass
        with torch.profiler.record_function("a name for people"):
            pass

    counted = calls_of(work, CPU)
    assert (counted.asked, counted.leaves) == (1, 1)


def test_what_autograd_calls_is_asked_for_but_autograd_is_no_operator() -> None:
    x = torch.ones(3, requires_grad=True)
    gradient = torch.ones(3)

    def forward() -> torch.Tensor:
        return torch.mul(x, 2.0)

    def work() -> None:
        x.grad = None
        torch.autograd.backward(forward(), gradient)

    there, back = calls_of(forward, CPU), calls_of(work, CPU)
    assert there.asked == 1
    assert 2 <= back.asked <= 4  # the gradient's product, and what keeps it


def test_both_forms_are_one_network() -> None:
    ours, plain = both_forms(SMALL, CPU).values()
    images = torch.randn(2, 3, SMALL.image_size, SMALL.image_size)
    with torch.no_grad():
        torch.testing.assert_close(ours.eval()(images), plain.eval()(images), rtol=1e-3, atol=1e-4)


def test_the_plain_space_starts_from_the_same_weights() -> None:
    configuration = SPACE.adapt(
        VARIANTS["femto"], Setting(resolution=64, classes=3, width_scale=0.25, proxy=True)
    )
    states = []
    for space in (SPACE, PLAIN):
        torch.manual_seed(5)
        states.append(space.build(configuration).state_dict())
    torch.testing.assert_close(*map(dict, states), rtol=0, atol=0)
    with pytest.raises(InputError, match="drop_path"):
        PLAIN.build(configuration, drop_path=0.1)


def test_a_matrix_product_takes_time() -> None:
    assert 0 < matmul_flops_per_second(CPU, side=16) < float("inf")


def test_a_program_starts_again_with_memory_kept_and_only_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[tuple[str, list[str], dict[str, str]]] = []
    monkeypatch.setattr(os, "execve", lambda *how: started.append(how))
    monkeypatch.setattr(sys, "orig_argv", ["python", "-m", "benchmarks.growth", "--quick"])
    for name in KEEP_MEMORY:
        monkeypatch.delenv(name, raising=False)
    keep_memory()
    ((program, arguments, environment),) = started
    assert (program, arguments[1:]) == (sys.executable, ["-m", "benchmarks.growth", "--quick"])
    for name in KEEP_MEMORY:
        monkeypatch.setenv(name, environment[name])
    keep_memory()
    assert len(started) == 1


def test_timm_is_asked_for_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    import_torchvision.cache_clear()
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(InputError, match=r"torchvision: not installed.*pip install.* timm"):
        against_timm.main(["--quick"])


def test_a_torchvision_without_its_operators_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_torchvision.cache_clear()
    package = tmp_path / "torchvision"
    package.mkdir()
    (package / "__init__.py").write_text(
        "import torch\n"
        "for name in ('nms', 'qnms'):\n"
        "    torch.library.register_fake(f'torchvision::{name}')(lambda *_: None)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "torchvision", raising=False)
    assert import_torchvision() is not None
    assert sys.modules["torchvision"].__file__ == str(package / "__init__.py")
    import_torchvision.cache_clear()
    monkeypatch.delitem(sys.modules, "torchvision")


def test_a_rival_is_compared_by_its_macs(tmp_path: Path) -> None:
    def contestant(name: str, layout: str, macs: int) -> Contestant:
        model = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 1000))
        return Contestant(name=name, layout=layout, model=model, macs=macs)

    plan = plan_of(
        speed_parser("against_timm", "x", runs=1).parse_args(["--quick", "--threads", "1"])
    )
    entered = [contestant("ours", "channels last", 3000), contestant("it", "contiguous", 6000)]
    for ours, it in zip(*[iter(against_timm.rows(entered, plan, batch=2))] * 2, strict=True):
        assert ours["time_per_mac_over_ours"] == 1
        assert it["time_per_mac_over_ours"] == pytest.approx(it["seconds"] / ours["seconds"] / 2)
        assert it["params"] == 4000
