"""What grows with the search, as its front does, is computed only as often as it is cheap."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")
SHARE = 20  # at most one part in so many of the time goes into it


class Sparingly(Generic[Value]):
    """What a function last gave; it is called again once SHARE times its duration has passed."""

    def __init__(
        self, work: Callable[[], Value], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._work = work
        self._clock = clock
        self._after = clock()
        self._last: Value | None = None

    def __call__(self, *, at_once: bool = False) -> Value:
        """The value; a new one if it is time, or `at_once`."""
        started = self._clock()
        if self._last is None or at_once or started >= self._after:
            self._last = self._work()
            ended = self._clock()
            self._after = ended + SHARE * (ended - started)
        return self._last
