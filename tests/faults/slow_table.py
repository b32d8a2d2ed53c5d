"""A space that evaluates itself, in a while: `--space tests.faults.slow_table:SPACE`."""

import time
from collections.abc import Mapping

from nas.core.evaluated import EvaluatedSpace
from nas.core.knob import Genome, Knob
from nas.core.space import key_of
from tests.faults.begun import note

KNOBS, CHOICES = "abcd", 6


class SlowTable(EvaluatedSpace):
    """1,296 members; each takes so many seconds."""

    objectives = "loss:min,price:min"
    knobs = tuple(Knob(name=name, choices=tuple(range(CHOICES)), ordered=True) for name in KNOBS)

    def __init__(self, name: str, seconds: float) -> None:
        self.name = name
        self._seconds = seconds

    def cost(self, genome: Genome) -> Mapping[str, float]:
        """The sum of the choices."""
        return {"price": float(sum(int(genome[name]) for name in KNOBS))}

    def evaluate(self, genome: Genome) -> Mapping[str, float]:
        """How far the choices are from each other, after the space's seconds."""
        note(key_of(genome))
        time.sleep(self._seconds)
        chosen = [int(genome[name]) for name in KNOBS]
        return {"loss": float(max(chosen) - min(chosen)) + chosen[0] / 10}


SPACE = SlowTable("slow_table", 0.02)
INSTANT = SlowTable("instant_table", 0.0)
