"""Which code is sent to machines that lack it."""

import importlib
import sys
from pathlib import Path

import pytest

from nas.scheduling.packages import own_code
from tests.nas.scheduling.process import ROOT


def test_what_is_imported_from_elsewhere_is_sent_and_what_is_installed_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A third party's space comes with the module that it imports, and not with one it does not."""
    (tmp_path / "their_space.py").write_text("import their_blocks.layers\n")
    (tmp_path / "their_blocks").mkdir()
    (tmp_path / "their_blocks" / "__init__.py").touch()
    (tmp_path / "their_blocks" / "layers.py").touch()
    (tmp_path / "not_theirs.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    names = set(sys.modules)
    importlib.import_module("their_space")
    try:
        sent = own_code()
    finally:
        for name in set(sys.modules) - names:
            del sys.modules[name]
    theirs = [path for path in sent if path.is_relative_to(tmp_path.resolve())]
    assert [path.name for path in theirs] == ["their_blocks", "their_space.py"]
    assert ROOT / "nas" in sent
    assert not {path.name.removesuffix(".py") for path in sent} & {"torch", "optuna", "json", "os"}
