"""An ACC-ViT written out: the same function, torch alone, nothing that its network does not use."""

import ast
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
import torch

from accvit_blocks import ABLATIONS, VARIANTS
from nas.core.fidelity import Setting, UnrepresentableError
from nas.exporting.source import written_out
from search_spaces.accvit import SPACE
from search_spaces.accvit_source import source

SMALL = Setting(resolution=64, classes=7, channels=2, width_scale=0.25)
ROOT = Path(__file__).parents[2]


def _drawn(count):
    """Configurations at random, of all kinds, and the ablation's, which have forms of their own."""
    rng, found = random.Random(0), []
    while len(found) < count:
        genome = {knob.name: rng.choice(knob.choices) for knob in SPACE.knobs}
        genome |= {f"stages.{index}.depth": rng.choice((1, 2, 3)) for index in range(4)}
        if SPACE.violation(genome) is None:
            found.append(SPACE.decode(genome))
    lone = replace(found[0].stages[0], dilations=(1,), mlp="per-branch")
    flat = tuple(replace(stage, depth=1, dilations=(1,)) for stage in found[0].stages)
    return [
        *found,
        *ABLATIONS.values(),
        replace(found[0], stages=(lone, *found[0].stages[1:])),
        replace(found[1], stages=flat),
    ]


DRAWN = _drawn(40)


def _perturbed(model):
    """Gates and biases that matter, and the batch statistics of some images."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            noise = 0.6 * torch.rand(parameter.shape, generator=generator) - 0.3
            parameter.copy_(parameter * (1 + noise) if parameter.any() else noise)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1.0
    with torch.no_grad():
        model.train()(torch.rand(4, 2, 64, 64, generator=generator))
    return model.eval()


@pytest.mark.parametrize("number", range(0, len(DRAWN), 4))
def test_it_is_the_same_function(number):
    try:
        config = SPACE.adapt(DRAWN[number], SMALL)
    except UnrepresentableError:
        pytest.skip("a width that does not scale by a quarter")
    model = _perturbed(SPACE.build(config))
    found = written_out(SPACE, config, model)  # checks that the names are one to one
    images = torch.rand(2, 2, 64, 64)
    with torch.no_grad():
        expected, logits = model(images), found.model(images)
        assert (logits - expected).abs().max() < 1e-5
        assert expected.std() > 1e-3
        maps = found.model.features(images)
        for own, theirs in zip(maps, model.forward_features(images), strict=True):
            torch.testing.assert_close(own, theirs, rtol=1e-3, atol=1e-4)


def test_gradients_keep_the_memory_format_of_the_maps():
    """Where they do not, each norm and convolution behind converts them: a third of the time."""
    config = SPACE.adapt(VARIANTS["nano"], SMALL)
    model = written_out(SPACE, config, SPACE.build(config)).model.train()
    seen = []

    def look(module, _, gradients):
        seen.append(gradients[0].is_contiguous(memory_format=torch.channels_last))

    for name, module in model.named_modules():
        if name.endswith("norm_hidden"):
            module.register_full_backward_hook(look)
    model(torch.rand(2, 2, 64, 64)).sum().backward()
    assert len(seen) == sum(stage.depth for stage in config.stages)
    assert all(seen)


def _read_names(tree):
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


@pytest.mark.parametrize("config", DRAWN, ids=map(str, range(len(DRAWN))))
def test_it_holds_what_the_network_uses_and_nothing_else(config):
    tree = ast.parse(source(config).text)
    imported = {
        alias.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert imported == {"torch", "torch.nn.functional"}
    defined = {node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    assert defined - _read_names(tree) == {"ACCViT"}
    given = {
        argument.arg
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for argument in node.args.args
    }
    assert given - _read_names(tree) <= {"self"}


def test_all_of_them_pass_the_linter_and_its_formatter(tmp_path):
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
    assert ruff, "ruff is a dependency of development"
    for number, config in enumerate([*DRAWN, *VARIANTS.values()]):
        (tmp_path / f"n{number}.py").write_text(source(config).text)
    for command in (("check",), ("format", "--check")):
        arguments = ["--no-cache", "--config", str(ROOT / "pyproject.toml"), str(tmp_path)]
        done = subprocess.run(
            [ruff, *command, *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_bears_its_name_and_figures(name):
    written = source(VARIANTS[name])
    cost = SPACE.cost(VARIANTS[name])
    assert written.title == f"ACC-ViT {name}"
    assert f"{cost.params:,} parameters; {cost.macs:,} multiply-accumulates" in written.text
    assert "224 x 224" in written.text
    assert [one.stride for one in written.features] == [4, 8, 16, 32]


def _made(config):
    module = ModuleType("model")
    exec(source(config).text, module.__dict__)
    with torch.device("meta"):
        return module.ACCViT()


def test_images_may_have_any_sides_that_windows_fill():
    model = _made(VARIANTS["femto"])
    maps = model.features(torch.zeros(1, 3, 448, 224, device="meta"))
    assert [tuple(one.shape[2:]) for one in maps] == [(112, 56), (56, 28), (28, 14), (14, 7)]


def test_other_sides_are_refused_in_words():
    with pytest.raises(ValueError, match="sides that are multiples of 224"):
        _made(VARIANTS["femto"])(torch.zeros(1, 3, 256, 256, device="meta"))
