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
from nas.reporting.front import front
from nas.study.record import Record
from nas.study.run import read_run
from nas.windows import Member
from studies.setup import Setup


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
    records: tuple[Record, ...]
    front: tuple[Member, ...]
    accuracies: dict[str, float]

    def at(self, most: int) -> Member | None:
        """The front's most accurate member that costs no more; None where all cost more."""
        cheap = [member for member in self.front if member.cost.of(self.search.metric) <= most]
        return cheap[-1] if cheap else None


def carry_out(
    search: Search, setup: Setup, arguments: Sequence[str], *, trials: int, out: Path
) -> Found:
    """Search, or go on with it. InputError where it did not end well."""
    command = search.command(arguments, trials=trials, out=out)
    done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    if done.returncode == 130:
        raise KeyboardInterrupt
    if done.returncode:
        raise InputError(f"the search {search.name} ended with exit code {done.returncode}")
    return read(search, setup, out=out)


def read(search: Search, setup: Setup, *, out: Path) -> Found:
    """What `carry_out` left."""
    run = read_run(out / search.name)
    records = run.records
    members = front(records, parse_objectives(",".join(run.settings["objectives"])))
    return Found(
        search=search,
        records=tuple(one for one in records if one.role == "search" and one.complete),
        front=tuple(setup.member(member.genome) for member in members),
        accuracies={member.key: member.accuracy for member in members},
    )


def trials(found: Sequence[Found]) -> pd.DataFrame:
    """Every complete trial of every search, and whether it is on that search's front."""
    return pd.DataFrame(
        [
            {
                "search": one.search.name,
                "number": record.number,
                "key": record.key,
                "params": record.params,
                "macs": record.macs,
                "accuracy": record.accuracy,
                "front": record.key in one.accuracies,
                **record.genome,
            }
            for one in found
            for record in one.records
        ]
    )
