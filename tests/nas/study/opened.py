"""A study of the toy space, and a run of it, for these tests."""

from pathlib import Path
from typing import Any

import optuna
from optuna.storages import BaseStorage

from nas.core.budget import Budget
from nas.core.fidelity import Fidelity, Setting
from nas.core.objective import parse_objectives
from nas.evaluation.job import DataSpec
from nas.evaluation.recipe import Recipe
from nas.samplers import make_sampler
from nas.study.ledger import Ledger
from nas.study.run import Run, open_run
from nas.study.settings import Settings
from nas.windows import Region
from tests.nas.toy import SPACE

optuna.logging.set_verbosity(optuna.logging.WARNING)
EXECUTION = {"trials": 3}
FIDELITY = Fidelity(epochs=1, resolution=8)
OBJECTIVES = parse_objectives("accuracy,params")


def region(**choices: tuple[Any, ...]) -> Region:
    """The whole space but for the knobs given."""
    left = {knob.name: choices.get(knob.name, knob.choices) for knob in SPACE.knobs}
    return Region(space=SPACE, choices=left, budget=Budget(), target=Setting())


def ledger(storage: BaseStorage, within: Region | None = None, **other: Any) -> Ledger:
    """With a random sampler."""
    within = within or region()
    opened = Ledger(storage, "s", region=within, fidelity=FIDELITY, objectives=OBJECTIVES, **other)
    opened.use(make_sampler("random", within, seed=0, known=0, objectives=OBJECTIVES))
    return opened


def settings(**other: Any) -> Settings:
    """Of a search in the toy space."""
    values: dict[str, Any] = {
        **{"space": "tests.nas.toy:SPACE", "choices": {"mood": ("well", "slow")}},
        **{"budget": Budget(), "target": Setting(), "fidelity": FIDELITY},
        **{"data": DataSpec(source="digits"), "digest": "abc", "classes": 10, "channels": 1},
        **{"recipe": Recipe(), "device": "cpu", "objectives": ("accuracy", "params")},
        **{"sampler": "auto", "seed": 0, "published": True},
    }
    return Settings(**{**values, **other})


def opened(out: Path, *, storage: str | None = None, **changed: object) -> Run:
    """A run called s."""
    return open_run(
        out, "s", settings(**changed).to_dict(), storage=storage, versions={"torch": "2"}
    )


def saved(out: Path, **other: object) -> Run:
    """The same, on disk."""
    run = opened(out, **other)  # type: ignore[arg-type]
    run.save(EXECUTION)
    return run
