"""Searches that never see a published network, each by the command that a person would give."""

import hashlib
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd

from nas.commandline import USAGE
from nas.core.cost import Metric
from nas.core.errors import InputError
from nas.core.objective import parse_objectives
from nas.reporting.atomic import replacing
from nas.reporting.front import front
from nas.study.run import read_run
from nas.windows import Member
from studies.setup import Setup

COLUMNS = ("search", "setup", "number", "key", "params", "macs", "accuracy", "front")
OWN = ("--seed", "--trials", "--study", "--out", "--objectives")  # of the study, not the person


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
    runner: Sequence[str],
    trials: int,
    runs: Path,
    out: Path,
) -> list[Found]:
    """All of them, in `runs`; those whose trials the CSV `out` holds are not searched again.

    `arguments` make the search what it is; how it is run is the `runner`'s. InputError where a
    search did not end well, and where the file holds trials of another one.
    """
    known, found = _read(out, setup), []
    for search in searches:
        mark, rows = _mark(setup, search, arguments), known.get(search.name)
        if rows is not None:
            _check(rows, mark, trials=trials, kept=(runs / search.name).exists(), path=out)
        if rows is None or len(rows) < trials:
            _search(search, (*arguments, *runner), trials=trials, out=runs)
            known[search.name] = rows = _trials(search, setup, runs, mark)
            with replacing(out) as draft:
                pd.concat(known.values()).to_csv(draft, index=False)
        found.append(_found(search, setup, rows))
    return found


def _mark(setup: Setup, search: Search, arguments: Sequence[str]) -> str:
    """Eight characters: equal for the same search on the same images."""
    words = " ".join((setup.mark, search.name, *arguments))
    return hashlib.sha256(words.encode()).hexdigest()[:8]


def _check(rows: pd.DataFrame, mark: str, *, trials: int, kept: bool, path: Path) -> None:
    """InputError where a search cannot go on from these; `kept`: its own folder is there."""
    name, count = rows["search"].iloc[0], len(rows)
    if set(rows["setup"]) != {mark}:
        raise InputError(
            f"{path}: its search {name} had other images, another recipe or other arguments;"
            " take another --out"
        )
    if count > trials or (count < trials and not kept):
        raise InputError(
            f"{path}: its search {name} has {count} trials; got --trials {trials}, which would be"
            " another search; take another --out"
        )


def _search(search: Search, arguments: Sequence[str], *, trials: int, out: Path) -> None:
    command = search.command(arguments, trials=trials, out=out)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:
        try:
            code = child.wait()
        except KeyboardInterrupt:
            child.wait()  # it was told so as well, and writes down where it is
            raise
    if code == 130:
        raise KeyboardInterrupt
    if code == USAGE:
        raise SystemExit(USAGE)  # it has said why
    if code:
        raise InputError(f"the search {search.name} ended with exit code {code}")


def _trials(search: Search, setup: Setup, runs: Path, mark: str) -> pd.DataFrame:
    """Every complete trial, and whether it is on the front, where replicates count as well."""
    run = read_run(runs / search.name)
    records = run.records
    members = front(records, parse_objectives(",".join(run.settings["objectives"])))
    keys = {member.key for member in members}
    return pd.DataFrame(
        [
            {
                "search": search.name,
                "setup": mark,
                "number": record.number,
                "key": record.key,
                "params": record.params,
                "macs": record.macs,
                "accuracy": record.accuracy,
                "front": record.key in keys,
                **record.genome,
            }
            for record in records
            if record.role == "search" and record.complete
        ]
    )


def _found(search: Search, setup: Setup, trials: pd.DataFrame) -> Found:
    rows = trials[trials["front"]].sort_values(search.metric)
    names = [knob.name for knob in setup.space.knobs]
    members = [setup.member(dict(row)) for row in rows[names].to_dict("records")]  # type: ignore[arg-type]
    return Found(search=search, trials=trials, front=tuple(members))


def _read(path: Path, setup: Setup) -> dict[str, pd.DataFrame]:
    """The trials in a CSV by search; none where there is no such file. InputError for others."""
    if not path.exists():
        return {}
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: expected trials as CSV; got {error}") from error
    columns = [*COLUMNS, *(knob.name for knob in setup.space.knobs)]
    if list(table.columns) != columns:
        raise InputError(f"{path}: expected the columns {', '.join(columns)}; take another --out")
    rows = []
    for line, row in enumerate(table.to_dict("records"), 2):
        try:
            rows.append(_trial(row, setup))
        except (ValueError, KeyError, InputError) as error:
            raise InputError(
                f"{path}: line {line} is no trial of this space ({error}); restore it, or take"
                " another --out"
            ) from error
    read = {str(name): few for name, few in pd.DataFrame(rows, columns=columns).groupby("search")}
    for name, few in read.items():
        if few["number"].duplicated().any() or not few["front"].any():
            raise InputError(f"{path}: {name} has a trial twice, or no front; take another --out")
    return read


def _trial(row: Mapping[Any, str], setup: Setup) -> dict[str, object]:
    """A line with its values' own types. ValueError, KeyError or InputError for any other."""
    genome = {
        knob.name: {str(choice): choice for choice in knob.choices}[row[knob.name]]
        for knob in setup.space.knobs
    }
    member, accuracy = setup.member(genome), float(row["accuracy"])
    told = (row["key"], row["params"], row["macs"])
    if told != (member.key, str(member.cost.params), str(member.cost.macs)):
        raise ValueError(f"key and costs are not those of its network, {member.key}")
    if not (isfinite(accuracy) and 0 <= accuracy <= 1):
        raise ValueError(f"accuracy {row['accuracy']}")
    return {
        **{name: row[name] for name in ("search", "setup", "key")},
        "number": int(row["number"]),
        "params": member.cost.params,
        "macs": member.cost.macs,
        "accuracy": accuracy,
        "front": {"True": True, "False": False}[row["front"]],
        **genome,
    }
