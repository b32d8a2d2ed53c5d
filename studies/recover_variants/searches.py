"""Searches that never see a published network, each by the command that a person would give."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from nas.core.cost import Metric
from nas.core.errors import InputError
from nas.core.objective import parse_objectives
from nas.reporting.atomic import replacing
from nas.reporting.front import front
from nas.study.run import read_run
from nas.windows import Member
from studies.setup import Setup

NUMBERS = ("number", "params", "macs", "accuracy", "front")
COLUMNS = ("search", "setup", "number", "key", "params", "macs", "accuracy", "front")


@dataclass(frozen=True, kw_only=True)
class Search:
    """One study: the cost that accuracy is weighed against, and its seed."""

    metric: Metric
    seed: int

    @property
    def name(self) -> str:
        """Of the study, and in every table."""
        return f"{self.metric}-{self.seed}"

    def command(self, arguments: Sequence[str], *, trials: int, out: Path) -> list[str]:
        """The search with these arguments; started again, it goes on."""
        return [
            *(sys.executable, "-m", "nas.search", *arguments, "--no-published"),
            *("--objectives", f"accuracy,{self.metric}", "--seed", str(self.seed)),
            *("--trials", str(trials), "--study", self.name, "--out", str(out)),
        ]


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a search left: its complete trials, and its front from the cheapest to the dearest."""

    search: Search
    trials: pd.DataFrame
    front: tuple[Member, ...]

    def at(self, most: int) -> Member | None:
        """The front's most accurate member that costs no more; None where all cost more."""
        cheap = [member for member in self.front if member.cost.of(self.search.metric) <= most]
        return cheap[-1] if cheap else None


def carry_out(
    searches: Sequence[Search],
    setup: Setup,
    arguments: Sequence[str],
    *,
    trials: int,
    runs: Path,
    out: Path,
) -> list[Found]:
    """All of them, in `runs`; those whose trials the CSV `out` holds are not searched again.

    InputError where a search did not end well, and where the file holds others.
    """
    known, found = _read(out, setup), []
    for search in searches:
        rows = known[known["search"] == search.name] if len(known) else known
        if len(rows) < trials:
            _search(search.command(arguments, trials=trials, out=runs))
            rows = _trials(search, setup, runs)
        found.append(_found(search, setup, rows))
        others = [] if known.empty else [known[known["search"] != search.name]]
        known = pd.concat([*others, rows])
        with replacing(out) as draft:
            known.to_csv(draft, index=False)
    return found


def _search(command: Sequence[str]) -> None:
    done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    if done.returncode == 130:
        raise KeyboardInterrupt
    if done.returncode:
        name = command[command.index("--study") + 1]
        raise InputError(f"the search {name} ended with exit code {done.returncode}")


def _trials(search: Search, setup: Setup, runs: Path) -> pd.DataFrame:
    """Every complete trial, and whether it is on the front, where replicates count as well."""
    run = read_run(runs / search.name)
    records = run.records
    members = front(records, parse_objectives(",".join(run.settings["objectives"])))
    keys = {member.key for member in members}
    return pd.DataFrame(
        [
            {
                "search": search.name,
                "setup": setup.mark,
                "number": record.number,
                "key": record.key,
                "params": record.params,
                "macs": record.macs,
                "accuracy": record.accuracy,
                "front": record.key in keys,
                **{name: str(value) for name, value in record.genome.items()},
            }
            for record in records
            if record.role == "search" and record.complete
        ]
    )


def _found(search: Search, setup: Setup, trials: pd.DataFrame) -> Found:
    rows = trials[trials["front"].astype(bool)].sort_values(search.metric)
    choices = {knob.name: {str(one): one for one in knob.choices} for knob in setup.space.knobs}
    members = [
        setup.member({name: told[row[name]] for name, told in choices.items()})
        for row in rows.to_dict("records")
    ]
    return Found(search=search, trials=trials, front=tuple(members))


def _read(path: Path, setup: Setup) -> pd.DataFrame:
    """The trials in a CSV, knobs as text; none where there is no such file."""
    columns = [*COLUMNS, *(knob.name for knob in setup.space.knobs)]
    if not path.exists():
        return pd.DataFrame(columns=columns)
    try:
        rows = pd.read_csv(path, dtype={name: str for name in columns if name not in NUMBERS})
        strange = set(rows["setup"]) - {setup.mark}
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path}: expected trials as CSV; got {error}") from error
    if list(rows.columns) != columns or strange:
        raise InputError(
            f"{path}: expected trials with these images and this recipe; got others;"
            " take another --out"
        )
    return rows
