"""Many short searches: one thread each, and no page or picture, which take most of their time."""

import os
from collections.abc import Iterator

import pytest

from tests.fuzz.commands import template


@pytest.fixture(autouse=True, scope="module")
def short_searches() -> Iterator[None]:
    """And what each example copies is made before the first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "sched_getaffinity", lambda _: {0})
        for name in ("write_page", "write_picture"):
            patch.setattr(f"nas.searching.reports.{name}", lambda *_: None)
        template()
        yield
