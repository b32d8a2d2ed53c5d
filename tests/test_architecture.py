"""The packages keep their layers, the search knows no space, and what is public is explained."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("accvit_blocks", "nas", "search_spaces", "studies")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
DEFINED = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
# What torch calls by these names is described once, by torch.
UNEXPLAINED = ("extra_repr",)


def named(path):
    return str(path.relative_to(ROOT))


def unexplained(tree, inside=""):
    """Names of public classes, functions and methods without a docstring."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, DEFINED) and not node.name.startswith("_"):
            if ast.get_docstring(node) is None and node.name not in UNEXPLAINED:
                yield inside + node.name
            if isinstance(node, ast.ClassDef):
                yield from unexplained(node, f"{inside}{node.name}.")


def test_the_import_contracts_hold():
    """In a process of its own: the linter imports and prints as a program does."""
    command = [sys.executable, "-c", "from importlinter import cli; exit(cli.lint_imports())"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize("path", sorted((ROOT / "nas").rglob("*.py")), ids=named)
def test_the_search_does_not_name_a_space(path):
    assert "accvit" not in path.read_text().lower()


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_every_public_thing_is_explained_and_nothing_is_left_to_do(path):
    text = path.read_text()
    tree = ast.parse(text)
    assert ast.get_docstring(tree) or not text.strip(), "the module has no docstring"
    assert list(unexplained(tree)) == []
    assert "TODO" not in text
    assert "FIXME" not in text


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_has_sources(package):
    assert any(named(path).startswith(f"{package}/") for path in SOURCES)


def test_the_frozen_nouns_are_frozen():
    """A dataclass that may change would be a key or a cache entry that may change."""
    loose = [
        f"{named(path)}: {node.name}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        for decorator in node.decorator_list
        if "dataclass" in ast.unparse(decorator) and "frozen=True" not in ast.unparse(decorator)
    ]
    assert loose == []
