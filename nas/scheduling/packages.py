"""Which code other machines lack: whatever this process imported that is not installed."""

import site
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

_INSTALLED = ("stdlib", "platstdlib", "purelib", "platlib")


def own_code() -> list[Path]:
    """The top-level packages and modules outside Python's own folders, in order of their names.

    So an editable install is found, a space that is on the driver's path alone, and what that space
    imports; whatever was installed by pip stays, for the nodes must have it themselves.
    """
    installed = _installed()
    found = set()
    for name in {name.partition(".")[0] for name in sys.modules} - {"__main__"}:
        for path in _places(sys.modules.get(name)):
            if path.exists() and not any(path.is_relative_to(root) for root in installed):
                found.add(path)
    return sorted(found)


def _places(module: ModuleType | None) -> Iterator[Path]:
    """A package's folders, or a module's file."""
    folders = getattr(module, "__path__", None)
    file = getattr(module, "__file__", None)
    if folders is not None:
        yield from (Path(folder).resolve() for folder in folders)
    elif isinstance(file, str) and file.endswith(".py"):
        yield Path(file).resolve()


def _installed() -> set[Path]:
    places = {sysconfig.get_path(name) for name in _INSTALLED}
    places |= {*site.getsitepackages(), site.getusersitepackages()}
    # Debian's Python keeps packages beside those that pip installed.
    places |= {path for path in sys.path if path.endswith(("site-packages", "dist-packages"))}
    return {Path(place).resolve() for place in places}
