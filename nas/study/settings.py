"""Everything that changes a search's results, and the name that follows from it."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nas.core.budget import Bound, Budget
from nas.core.evaluation import Evaluation
from nas.core.fidelity import Fidelity, Setting
from nas.core.knob import Value
from nas.evaluation.job import DataSpec, Job
from nas.evaluation.recipe import Recipe
from nas.study.typed import Count, check

LONGEST = 40  # letters of a space's name in a study's
_OTHER = re.compile("[^A-Za-z0-9]")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Two searches with equal settings are one search, and go on from where it stopped.

    `choices` holds the narrowed knobs only; `digest` is the content of the data. A deterministic
    search has a `lag` (see `nas.study.proposals`) and as many `threads` in every training.
    """

    space: str
    choices: dict[str, tuple[Value, ...]]
    budget: Budget
    target: Setting
    fidelity: Fidelity
    data: DataSpec
    digest: str
    classes: int
    channels: int
    recipe: Recipe
    device: str
    objectives: tuple[str, ...]
    sampler: str
    seed: Count
    published: bool
    lag: Count | None = None
    threads: Count | None = None

    def __post_init__(self) -> None:
        """Refuse data that no images make, as a damaged file may say."""
        Setting(classes=self.classes, channels=self.channels)

    def to_dict(self) -> dict[str, Any]:
        """JSON values, without what is None only where a search is not deterministic."""
        values: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return {
            name: value
            for name, value in values.items()
            if value is not None or name not in ("lag", "threads")
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Settings":
        """What `to_dict` wrote; TypeError or ValueError where it is not."""
        check(cls, values)
        return cls(  # of the values as they are: a seed is a hash of 1 or of 1.0
            **{
                **values,
                "choices": {name: tuple(left) for name, left in values["choices"].items()},
                "budget": Budget(tuple(Bound(**bound) for bound in values["budget"]["bounds"])),
                "target": Setting(**values["target"]),
                "fidelity": Fidelity(**values["fidelity"]),
                "data": DataSpec(**values["data"]),
                "recipe": Recipe(**values["recipe"]),
                "objectives": tuple(values["objectives"]),
            }
        )

    def job(
        self,
        evaluation: Evaluation,
        *,
        threads: int | None,
        weights: Path | None,
        seconds: float | None = None,
        parts: int = 1,
    ) -> Job:
        """The plain values that a worker needs; `weights` is where to keep them."""
        return Job(
            evaluation=evaluation,
            space=self.space,
            data=self.data,
            recipe=self.recipe,
            study_seed=self.seed,
            device="cuda" if self.device.startswith("cuda") else "cpu",
            threads=self.threads or threads,
            weights=weights,
            digest=self.digest,
            seconds=seconds,
            parts=parts,
        )

    def name(self) -> str:
        """The default name of the study."""
        return name_of(self.to_dict())


def name_of(settings: dict[str, Any]) -> str:
    """The default name of a study: the end of its space's, and a hash of all settings.

    It can always be a folder (`nas.study.run.check_name`), whatever the space is called.
    """
    text = json.dumps(settings, sort_keys=True)
    plain = _OTHER.sub("-", settings["space"])[-LONGEST:].strip("-")
    return f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:8]}".lstrip("-")


def differences(known: dict[str, Any], asked: dict[str, Any], prefix: str = "") -> list[str]:
    """Each setting that differs, as `fidelity.epochs: 1 there, 2 asked`."""
    found = []
    for name in sorted(known.keys() | asked.keys()):
        left, right = known.get(name), asked.get(name)
        if isinstance(left, dict) and isinstance(right, dict):
            found += differences(left, right, f"{prefix}{name}.")
        elif left != right and name == "digest":
            found.append("the data are not the same any more (digest)")
        elif left != right:
            found.append(f"{prefix}{name}: {left} there, {right} asked")
    return found
