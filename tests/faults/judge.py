"""What must hold after a fault and at the end of a search; each breach is a line of words."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from safetensors import SafetensorError, safe_open

from nas.study.campaign import NOISE_KEYS
from tests.faults.stored import Trials

PLAIN = {
    *(".lock", "run.json", "study.db", "study.db-wal", "study.db-shm", "weights"),
    *("trials.csv", "reference.csv", "front.csv", "front.html", "front.png"),
}
REFERENCE = ".reference"
NAMED = ("interrupted", "worker-died")  # how an evaluation may end that was killed


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a study held at a moment, and how often each evaluation had begun when it was read."""

    trials: Trials
    begun: Counter[str]


def changed(before: Seen, after: Seen) -> Iterator[str]:
    """Ended trials that are gone or changed, or complete ones whose evaluation has begun again."""
    for (study, number), trial in before.trials.items():
        if not (trial.complete or trial.failure):
            continue
        if after.trials.get((study, number)) != trial:
            yield f"lost or changed: {study}, trial {number}"
        if trial.complete and after.begun[trial.identity] != before.begun[trial.identity]:
            yield f"complete, and begun again: {study}, trial {number}"


def repeated(trials: Trials) -> Iterator[str]:
    """Evaluations that a study has paid for twice."""
    done = Counter(
        (study, *(str(trial.noted(name)) for name in ("key", "label", "replicate")))
        for (study, _), trial in trials.items()
        if trial.complete
    )
    yield from (f"{times} times complete: {what}" for what, times in done.items() if times > 1)


def unfinished(seen: Seen, name: str, *, asked: int, replicates: bool) -> Iterator[str]:
    """What is not done, or done too often, at the end of a search for so many trials."""
    for (study, number), trial in seen.trials.items():
        if trial.state in ("RUNNING", "WAITING"):
            yield f"{trial.state} at the end: {study}, trial {number}"
        if trial.failure not in (None, *NAMED):
            yield f"failed as {trial.failure}: {study}, trial {number}"
        if trial.complete and not seen.begun[trial.identity]:
            yield f"complete, and never begun: {study}, trial {number}"
    complete = {
        number: trial
        for (study, number), trial in seen.trials.items()
        if study == name and trial.complete
    }
    if len(complete) != asked:
        yield f"{len(complete)} complete, {asked} asked for"
    again = {  # one whose worker was killed has ended, too, and by its name
        trial.noted("key")
        for (study, _), trial in seen.trials.items()
        if study == name + REFERENCE and (trial.complete or trial.failure == "worker-died")
    }
    tried = sorted(
        number
        for (study, number), trial in seen.trials.items()
        if study == name and trial.failure != "interrupted"
    )
    wanted = {complete[number].noted("key") for number in tried[:NOISE_KEYS] if number in complete}
    if replicates and again != wanted:
        yield f"trained again: {sorted(again)}, not {sorted(wanted)}"


def disagreeing(
    trials: Trials, name: str, folder: Path, *, number: str, first: str
) -> Iterator[str]:
    """Where trials.csv is not what the study says; its columns of numbers and first objective."""
    table = pd.read_csv(folder / "trials.csv")
    written = {row[number]: (row[first], row["failure"]) for _, row in table.iterrows()}
    for (study, place), trial in trials.items():
        if study != name or not (trial.complete or trial.failure not in (None, "interrupted")):
            continue
        value, failure = written.pop(place, (math.nan, ""))
        if trial.complete and not math.isclose(value, float(str(trial.content["value 0"]))):
            yield f"trials.csv: trial {place} is {value}"
        if trial.failure and not str(failure).startswith(trial.failure):
            yield f"trials.csv: trial {place} failed as {failure}, not {trial.failure}"
    yield from (f"trials.csv: the study has no trial {place}" for place in written)


def unsaid(trials: Trials, name: str, said: str) -> Iterator[str]:
    """Failures of the search that its last words do not count by kind."""
    failed = Counter(
        trial.failure
        for (study, _), trial in trials.items()
        if study == name and trial.failure not in (None, "interrupted")
    )
    for kind, count in failed.items():
        if not re.search(rf"^failures:.*\b{count} {kind}\b", said, re.MULTILINE):
            yield f"{count} {kind}, of which the end says nothing"


def broken_files(folder: Path, *, alone: bool = True) -> Iterator[str]:
    """Drafts left behind, if no other driver may be writing them, and files that are not whole."""
    for path in folder.iterdir():
        drafted = not alone and path.name.rpartition(".")[0].removeprefix(".") in PLAIN
        if path.name not in PLAIN and not drafted:
            yield f"left behind: {path.name}"
    json.loads((folder / "run.json").read_text())
    for path in sorted((folder / "weights").glob("*")):
        try:
            with safe_open(path, framework="pt"):
                pass
        except (OSError, SafetensorError) as error:
            yield f"weights/{path.name}: {error}"
