"""A study of the toy space for these tests."""

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
from nas.study.settings import Settings
from nas.windows import Region
from tests.nas.toy import SPACE

optuna.logging.set_verbosity(optuna.logging.WARNING)
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
