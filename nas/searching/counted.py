"""Numbers of things, as a person reads them."""

from collections import Counter
from collections.abc import Iterable


def counted(number: int, thing: str) -> str:
    """1 trial, 2 trials."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def kinds(failures: Iterable[str]) -> str:
    """Of failures as `kind: words`, how many there are of each kind: 2 error, 1 timeout."""
    found = Counter(failure.partition(":")[0] for failure in failures)
    return ", ".join(f"{count} {kind}" for kind, count in found.most_common())
