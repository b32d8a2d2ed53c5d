"""Nothing that comes from outside is unpickled: no call in our sources could do it.

Ray pickles between processes of one user's cluster, which Ray trusts; of ours it carries plain
values. Optuna's storages hold JSON. Neither reads a pickle from a file that a person is given.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("nas", "search_spaces", "accvit_blocks", "studies", "benchmarks")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
MODULES = {"pickle", "_pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal", "yaml"}
# What is run there is the text of a space that is installed, and so has run already; and, in an
# exported folder's own proof, the model beside it.
EXPLAINED = {"nas/exporting/source.py": ["exec"], "nas/exporting/proof.py": ["exec"]}
CALLS = {"eval", "exec", "read_pickle", "unsafe_load", "full_load"}


def dangers(source: str) -> Iterator[str]:
    """Every import or call that may run what a file says."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = {alias.name.partition(".")[0] for alias in node.names}
            yield from (f"import {name}" for name in names & MODULES)
            renamed = {alias.name for alias in node.names if alias.asname not in (None, "np")}
            yield from (f"{name} by another name" for name in renamed & {"torch", "numpy"})
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {alias.name for alias in node.names}
            if node.module.partition(".")[0] in MODULES or names & MODULES:
                yield f"from {node.module}"
            if node.module in ("torch", "torch.serialization", "numpy") and "load" in names:
                yield f"load from {node.module}"
        elif isinstance(node, ast.Call):
            yield from _dangerous(ast.unparse(node.func), node.keywords)
            if {ast.unparse(word) for word in node.args} & {repr(name) for name in MODULES}:
                yield ast.unparse(node)


def _dangerous(called: str, keywords: list[ast.keyword]) -> Iterator[str]:
    given = {keyword.arg: ast.unparse(keyword.value) for keyword in keywords}
    if called in CALLS or (called.rpartition(".")[2] in CALLS and not called.endswith(".eval")):
        yield called
    if called.endswith(("torch.load", "hub.load")) and given.get("weights_only") != "True":
        yield f"{called} without weights_only=True"
    if given.get("allow_pickle", "False") != "False":
        yield f"{called} with allow_pickle"
    if called in ("np.load", "numpy.load") and given.get("allow_pickle") != "False":
        yield f"{called} without allow_pickle=False"


@pytest.mark.parametrize(
    "source",
    [
        *("import pickle", "from cloudpickle import loads", "import yaml", "import torch, shelve"),
        *("torch.load(path)", "torch.load(path, weights_only=False)", "np.load(path)"),
        *("np.load(path, allow_pickle=True)", "np.lib.format.read_array(f, allow_pickle=True)"),
        *("pd.read_pickle(path)", "eval(text)", "exec(text)"),
        *("from torch import load", "import torch as t", "importlib.import_module('pickle')"),
        *("from torch.serialization import load", "from joblib import load"),
    ],
)
def test_each_danger_is_seen(source: str) -> None:
    assert list(dangers(source))


def test_what_is_safe_is_left_alone() -> None:
    safe = "torch.load(p, weights_only=True); np.load(p, allow_pickle=False); model.eval()"
    assert list(dangers(safe)) == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_source_can_unpickle(path: Path) -> None:
    explained = EXPLAINED.get(str(path.relative_to(ROOT)), [])
    assert list(dangers(path.read_text())) == explained
