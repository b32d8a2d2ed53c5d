"""A space is found by its entry point or by module:SPACE; what is none costs one line."""

import re
import sys

import pytest

from nas.core.errors import InputError
from nas.core.space import SearchSpace, find_space
from search_spaces.accvit import SPACE

MODULES = {
    "syntax": "def broken(:\n",
    "missing": "import a_package_that_is_not_installed\n",
    "raising": "raise RuntimeError('first line\\nsecond line')\n",
    "silent": "raise KeyError\n",
    "number": "SPACE = 5\n",
    "kind": "from search_spaces.accvit import ACCViTSpace as SPACE\n",
    "property": (
        "from search_spaces.accvit import ACCViTSpace\n"
        "class Kind(ACCViTSpace):\n    size = property(lambda self: {}['x'])\nSPACE = Kind()\n"
    ),
    "good": "from search_spaces.accvit import ACCViTSpace\nSPACE = ACCViTSpace(name='mine')\n",
}


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Writes one of the modules where Python finds it; its name."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(kind):
        name = f"third_party_{kind}"
        (tmp_path / f"{name}.py").write_text(MODULES[kind])
        monkeypatch.delitem(sys.modules, name, raising=False)
        return name

    yield write
    for kind in MODULES:
        sys.modules.pop(f"third_party_{kind}", None)


def complaint(name):
    with pytest.raises(InputError) as raised:
        find_space(name)
    assert len(str(raised.value).splitlines()) == 1
    assert str(raised.value).startswith(f"--space {name}: ")
    return str(raised.value)


def test_a_space_is_found_by_its_entry_point():
    assert find_space("accvit") is SPACE


def test_a_space_is_found_by_module_and_name():
    assert find_space("search_spaces.accvit:SPACE") is SPACE


def test_a_third_partys_space_needs_no_registration(module):
    found = find_space(f"{module('good')}:SPACE")
    assert isinstance(found, SearchSpace)
    assert found.name == "mine"


def test_an_unknown_name_is_told_which_are_known():
    assert re.search(
        r"unknown; expected one of .*accvit.*, or package\.module:SPACE", complaint("vit")
    )


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("syntax", "invalid syntax"),
        ("missing", "a_package_that_is_not_installed"),
        ("raising", "first line second line"),
        ("silent", "KeyError"),
        ("property", "'x'"),
    ],
)
def test_a_space_that_cannot_be_read_is_named_with_the_reason(module, kind, said):
    told = complaint(f"{module(kind)}:SPACE")
    assert "cannot be loaded: " in told
    assert said in told


@pytest.mark.parametrize(
    "name", [":SPACE", "no_such_module:SPACE", ".accvit:SPACE", "os:SPACE", "os:"]
)
def test_a_path_that_leads_nowhere_cannot_be_loaded(name):
    assert "cannot be loaded" in complaint(name)


def test_what_is_no_search_space_is_refused_by_its_type(module):
    assert "int is no search space" in complaint(f"{module('number')}:SPACE")


def test_the_class_of_a_space_is_no_space(module):
    assert "a class" in complaint(f"{module('kind')}:SPACE")


@pytest.mark.parametrize("name", ["tabular:table.csv", "tabular:", "tabular"])
def test_a_table_has_no_networks(name):
    assert complaint(name) == f"--space {name}: has no networks; only nas.search can use it"
