"""Where evaluations note that they begin, so that one of a finished trial would be seen."""

import os
from collections import Counter
from pathlib import Path

PLACE = "FAULTS_BEGUN"  # environment variable: the file; without it nothing is noted
FILE = "begun"  # in the folder that a search runs in


def note(identity: object) -> None:
    """An evaluation begins, of the trial with that seed or key."""
    if path := os.environ.get(PLACE):
        with Path(path).open("a") as file:
            file.write(f"{identity}\n")


def begun(home: Path) -> Counter[str]:
    """How often each evaluation has begun."""
    path = home / FILE
    return Counter(path.read_text().split()) if path.exists() else Counter()
