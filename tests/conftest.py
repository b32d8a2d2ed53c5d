"""Parts of the ACC-ViT space that are small enough to list."""

from collections.abc import Callable

import pytest

from nas.core.budget import Budget, parse_bound
from nas.core.fidelity import Setting
from nas.core.region import Region
from search_spaces.accvit import SPACE

FEMTO = SPACE.encode(SPACE.published["femto"])


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
