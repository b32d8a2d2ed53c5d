"""A result is not lost because the database was away for a moment."""

import pytest
from optuna.exceptions import StorageInternalError

from nas.study import patience
from nas.study.patience import Patient


class Moody:
    """A storage that fails some times before it takes anything."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.taken: list[int] = []

    def take(self, number: int) -> int:
        """Keep a number."""
        if self.errors:
            raise self.errors.pop(0)
        self.taken.append(number)
        return number


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PAUSE", 0.001)
    monkeypatch.setattr(patience, "PATIENCE", 0.05)


def test_what_fails_for_a_moment_is_tried_again_and_said_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    storage = Moody(*(StorageInternalError(word) for word in ("locked", "full", "full")))
    assert Patient(storage).take(7) == 7  # type: ignore[arg-type]
    assert storage.taken == [7]
    assert capsys.readouterr().err.count("\n") == 1


def test_what_keeps_failing_is_raised_in_the_end() -> None:
    storage = Moody(*[StorageInternalError("gone")] * 10_000)
    with pytest.raises(StorageInternalError, match="gone"):
        Patient(storage).take(7)  # type: ignore[arg-type]
    assert storage.taken == []


def test_a_mistake_of_ours_is_raised_at_once() -> None:
    with pytest.raises(KeyError):
        Patient(Moody(KeyError("trial"))).take(7)  # type: ignore[arg-type]
