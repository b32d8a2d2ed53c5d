"""What must hold after a fault and at the end of a search; each breach is a line of words."""

import json
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from safetensors import SafetensorError, safe_open

from tests.faults.stored import Trials

PLAIN = {
    *(".lock", "run.json", "study.db", "study.db-wal", "study.db-shm", "weights"),
    *("trials.csv", "reference.csv", "front.csv", "front.html", "front.png"),
}


def lost(before: Trials, after: Trials) -> Iterator[str]:
    """Complete trials that are gone or changed."""
    for (study, number), trial in before.items():
        if trial.complete and after.get((study, number)) != trial:
            yield f"lost or changed: {study}, trial {number}"


def repeated(trials: Trials, name: str) -> Iterator[str]:
    """Networks that the search has paid for twice."""
    keys = Counter(
        str(trial.content.get("key"))
        for (study, _), trial in trials.items()
        if study == name and trial.complete
    )
    yield from (f"{times} times complete: {key}" for key, times in keys.items() if times > 1)


def unfinished(trials: Trials, name: str, *, asked: int) -> Iterator[str]:
    """Trials without an end, and a number of complete ones that is not the number asked for."""
    for (study, number), trial in trials.items():
        if trial.state in ("RUNNING", "WAITING"):
            yield f"{trial.state} at the end: {study}, trial {number}"
    complete = sum(trial.complete for (study, _), trial in trials.items() if study == name)
    if complete != asked:
        yield f"{complete} complete, {asked} asked for"


def disagreeing(
    trials: Trials, name: str, folder: Path, *, number: str, first: str
) -> Iterator[str]:
    """Where trials.csv is not what the study says; its columns of numbers and first objective."""
    table = pd.read_csv(folder / "trials.csv")
    written = dict(zip(table[number], table[first], strict=True))
    for (study, place), trial in trials.items():
        if study != name or not trial.complete:
            continue
        told = written.pop(place, None)
        if told is None or not math.isclose(told, float(str(trial.content["value 0"]))):
            yield f"trials.csv: trial {place} is {told}"
    for place, told in written.items():
        if not math.isnan(told):
            yield f"trials.csv: trial {place} is {told}; the study has no such"


def broken_files(folder: Path) -> Iterator[str]:
    """Drafts left behind, and files that are not whole."""
    for path in folder.iterdir():
        if path.name not in PLAIN:
            yield f"left behind: {path.name}"
    json.loads((folder / "run.json").read_text())
    for path in sorted((folder / "weights").glob("*")):
        try:
            with safe_open(path, framework="pt"):
                pass
        except (OSError, SafetensorError) as error:
            yield f"weights/{path.name}: {error}"
