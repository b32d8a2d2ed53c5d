"""What a study's SQLite file holds, read without the code under test and without touching it."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

_TRIALS = (
    "select s.study_name, t.number, t.state, t.trial_id from trials t join studies s"
    " using (study_id) order by s.study_name, t.number"
)
_CONTENT = (
    "select 'chosen ' || param_name, param_value from trial_params where trial_id = :trial"
    " union select 'value ' || objective, value from trial_values where trial_id = :trial"
    " union select key, value_json from trial_user_attributes where trial_id = :trial"
)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A trial as its rows say: choices, values and attributes by name."""

    state: str
    content: dict[str, object]

    @property
    def complete(self) -> bool:
        """Whether it has ended well."""
        return self.state == "COMPLETE"


Trials = dict[tuple[str, int], Trial]  # by the study's name and the number


def stored(database: Path) -> Trials:
    """All trials at this moment; none where the file or its tables are not there yet."""
    if not database.exists():
        return {}
    with (
        closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as source,
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
