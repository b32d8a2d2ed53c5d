"""One paid-for measurement: (key, fidelity, replicate), its seed, and what came of it."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal

from nas.core.fidelity import Fidelity
from nas.core.knob import Value

FailureKind = Literal[
    "diverged",
    "out-of-memory",
    "timeout",
    "error",
    "bad-result",
    "worker-died",
    "no-device",
    "no-data",
    "data-differs",
]


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What identifies a measurement; no two of one study are equal, so none is paid for twice."""

    key: str
    genome: dict[str, Value]
    fidelity: Fidelity
    replicate: int = 0

    def seed(self, study_seed: int) -> int:
        """A 31-bit seed: a hash of key, fidelity, replicate and the study's seed."""
        identity = [self.key, asdict(self.fidelity), self.replicate, study_seed]
        digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).digest()
        return int.from_bytes(digest[:4], "big") >> 1


@dataclass(frozen=True, kw_only=True)
class Score:
    """A training that ended well; validation accuracy in 0..1, peak memory 0 if unknown.

    `compile_seconds`, of compiling or recording the training step, are part of `seconds`. `parts`
    is into how many each batch was cut to fit into memory, 1 for none (see nas.evaluation.parts).
    `threads` computed it, on a CPU: with another number its last digits are others.
    """

    accuracy: float
    loss: float
    seconds: float
    device: str
    images_per_second: float
    peak_memory_bytes: int = 0
    compile_seconds: float = 0.0
    parts: int = 1
    threads: int | None = None


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A training that did not: its kind, one line of explanation, and the time it took."""

    kind: FailureKind
    message: str
    seconds: float
    device: str


Outcome = Score | Failure
