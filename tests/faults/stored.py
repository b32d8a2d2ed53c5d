"""What a study's file holds, read without the code under test and without touching it."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TRIALS = (
    "select s.study_name, t.number, t.state, t.trial_id from trials t join studies s"
    " using (study_id) order by s.study_name, t.number"
)
_CONTENT = (
    "select 'chosen ' || param_name, param_value from trial_params where trial_id = :trial"
    " union select 'value ' || objective, value from trial_values where trial_id = :trial"
    " union select key, value_json from trial_user_attributes where trial_id = :trial"
)
_STATES = ("RUNNING", "COMPLETE", "PRUNED", "FAIL", "WAITING")  # by Optuna's numbers
_NEW_STUDY, _NEW_TRIAL, _ENDED, _NOTED = 0, 4, 6, 8  # what a line of a journal says was done


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A trial as its rows say: choices, values and attributes by name, these as JSON."""

    state: str
    content: dict[str, object]

    @property
    def complete(self) -> bool:
        """Whether it has ended well."""
        return self.state == "COMPLETE"

    def noted(self, name: str) -> Any:
        """An attribute; None where it has none of that name."""
        return json.loads(str(self.content.get(name, "null")))

    @property
    def identity(self) -> str:
        """Of its evaluation: the seed where it trains with one, else its network's key."""
        return str(self.noted("seed") or self.noted("key"))

    @property
    def failure(self) -> str | None:
        """The kind of it; None where it has not failed."""
        if self.state != "FAIL":
            return None
        return str(self.noted("failure") or "unnamed").partition(":")[0]


Trials = dict[tuple[str, int], Trial]  # by the study's name and the number


def stored(file: Path) -> Trials:
    """All trials at this moment; none where the file or its tables are not there yet."""
    if not file.exists():
        return {}
    return _journal(file) if file.suffix == ".log" else _database(file)


def _database(file: Path) -> Trials:
    with (
        closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as source,
        closing(sqlite3.connect(":memory:")) as copy,
    ):
        source.backup(copy)  # one moment, whoever writes
        if not copy.execute("select 1 from sqlite_master where name = 'trials'").fetchone():
            return {}
        return {
            (study, number): Trial(
                state=state, content=dict(copy.execute(_CONTENT, {"trial": identity}).fetchall())
            )
            for study, number, state, identity in copy.execute(_TRIALS).fetchall()
        }


def _journal(file: Path) -> Trials:
    """Line by line; half a line at the end is none yet, half a line elsewhere raises."""
    studies: list[str] = []
    numbers: list[int] = []  # of trials, in each study
    places: list[tuple[str, int]] = []
    found: Trials = {}
    for line in file.read_bytes().splitlines(keepends=True):
        if not line.endswith(b"\n"):
            break
        told = json.loads(line)
        if told["op_code"] == _NEW_STUDY and told["study_name"] not in studies:
            studies.append(told["study_name"])
            numbers.append(0)
        elif told["op_code"] == _NEW_TRIAL:
            study = told["study_id"]
            places.append((studies[study], numbers[study]))
            numbers[study] += 1
            found[places[-1]] = Trial(state=_STATES[told.get("state", 0)], content={})
            _note(found[places[-1]], told.get("user_attrs", {}))
            found[places[-1]].content.update(
                {f"chosen {name}": value for name, value in told.get("params", {}).items()}
            )
        elif told["op_code"] in (_ENDED, _NOTED):
            before = found[places[told["trial_id"]]]
            if before.state in ("COMPLETE", "FAIL"):
                continue  # as Optuna reads it: what has ended stays as it is
            state = _STATES[told["state"]] if "state" in told else before.state
            after = Trial(state=state, content=before.content)
            _note(after, told.get("user_attr", {}))
            after.content.update(
                {f"value {place}": value for place, value in enumerate(told.get("values") or ())}
            )
            found[places[told["trial_id"]]] = after
    return found


def _note(trial: Trial, attributes: dict[str, Any]) -> None:
    trial.content.update({name: json.dumps(value) for name, value in attributes.items()})
