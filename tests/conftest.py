"""Parts of the ACC-ViT space that are small enough to list, and a cache that is not the user's."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nas.core.budget import Budget, parse_bound
from nas.core.fidelity import Setting
from nas.windows import Region
from search_spaces.accvit import SPACE

# A shell that starts the suite in the background has told it, and all that it starts, to ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
FEMTO = SPACE.encode(SPACE.published["femto"])
# Minutes each: begun first, so that no worker waits for another's at the end.
LONG = (
    *("test_readme.py", "test_studies_smoke.py", "test_exporting_isolated.py"),
    *("test_scheduling_interruptions.py", "test_export.py", "test_search_drivers.py"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files come first, everything else in its order."""
    place = {name: index for index, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.name, len(LONG)))


@pytest.fixture(autouse=True, scope="session")
def cache_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Tables of one run of the tests are kept for that run, also by the processes it starts."""
    own = tmp_path_factory.getbasetemp()
    # Of all workers where there are several: they have folders side by side.
    folder: Path = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "cache"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture
def around_femto() -> Callable[..., Region]:
    """Makes a region in which every knob is femto's but for the given choices; "all" for all."""

    def make(choices=None, *, target=None, representable=None, **bounds) -> Region:
        knobs = {knob.name: knob.choices for knob in SPACE.knobs}
        free = {
            name: knobs[name] if values == "all" else tuple(values)
            for name, values in (choices or {}).items()
        }
        given = {} if representable is None else {"representable": representable}
        return Region(
            space=SPACE,
            choices={name: (value,) for name, value in FEMTO.items()} | free,
            budget=Budget(tuple(parse_bound(metric, text) for metric, text in bounds.items())),
            target=target or Setting(),
            **given,
        )

    return make
