"""What a run.json holds, checked where it is read: anybody may have edited it."""

import json
import re
from collections.abc import Iterator
from reprlib import repr as abridged
from typing import Any, get_args

from nas.commandline import MOST, YEAR
from nas.core.objective import Direction
from nas.study.evaluated_study import EvaluatedSettings
from nas.study.reading import REFERENCE
from nas.study.typed import check

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def is_name(value: Any) -> bool:
    """Whether a study may be called so."""
    fits = isinstance(value, str) and _NAME.fullmatch(value) is not None
    return fits and not value.endswith(REFERENCE)


def evaluates_itself(settings: dict[str, Any]) -> bool:
    """Whether they are of a search in a space that brings its own evaluation."""
    return "fidelity" not in settings and "costs" in settings


def check_content(content: Any) -> None:
    """TypeError, ValueError or KeyError where something is not as a search writes it.

    Settings of trainings get their types, and are checked, in `Settings.from_dict`.
    """
    if not isinstance(content, dict) or not isinstance(content.get("settings"), dict):
        raise TypeError("no object with study, storage and settings, as a search writes it")
    for name, value, expected, fits in _used(content):
        if not fits:
            raise TypeError(f"{name}: expected {expected}; got {abridged(value)}")
    if evaluates_itself(content["settings"]):
        _check_evaluated(content["settings"])
    # Half a letter ("\ud800") can be read from JSON, but neither printed nor written.
    json.dumps(content, ensure_ascii=False).encode()


def _check_evaluated(settings: dict[str, Any]) -> None:
    """Those of a space that brings its own evaluation."""
    check(EvaluatedSettings, settings)
    for objective in settings["objectives"]:
        if objective.rpartition(":")[2] not in get_args(Direction):
            ways = " or ".join(get_args(Direction))
            raise TypeError(f"objectives: expected a name:{ways}; got {abridged(objective)}")


def _used(content: dict[str, Any]) -> Iterator[tuple[str, Any, str, bool]]:
    """What somebody reads of a run.json: its name, itself, what it has to be, and whether it is.

    Runs of early versions have no command, nor how they were run.
    """
    study, storage, space = content["study"], content["storage"], content["settings"]["space"]
    yield "study", study, "a name of letters and digits", is_name(study)
    yield "storage", storage, "a URL", isinstance(storage, str)
    yield "space", space, "a name", isinstance(space, str)
    objectives = content["settings"]["objectives"]
    yield "objectives", objectives, "a list of names", _are_words(objectives) and objectives != []
    versions, command = content.get("versions", {}), content.get("command", [])
    yield "versions", versions, "an object", isinstance(versions, dict)
    yield "command", command, "a list of words", _are_words(command)
    execution = content.get("execution", {})
    yield "execution", execution, "an object", isinstance(execution, dict)
    threads, minutes = execution.get("threads"), execution.get("trial_minutes")
    counted = type(threads) is int and 0 < threads < MOST
    yield "threads", threads, "a whole number above 0", threads is None or counted
    timed = type(minutes) in (int, float) and 0 < minutes <= YEAR
    yield "trial_minutes", minutes, "minutes, up to a year of them", minutes is None or timed


def _are_words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)
