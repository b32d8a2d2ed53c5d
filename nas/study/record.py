"""What the study remembers of one evaluation, as the tables, figures and exports read it."""

from dataclasses import dataclass
from typing import Literal

from nas.core.knob import Value

Role = Literal["search", "published", "replicate"]
State = Literal["COMPLETE", "FAIL", "RUNNING", "WAITING"]


@dataclass(frozen=True, kw_only=True)
class Record:
    """One evaluation. Costs hold at the target setting; accuracy is the proxy's, in 0..1.

    A "search" record is a trial of the search; "published" ones are known members trained alike,
    and "replicate" ones repeat a key with another seed to measure the noise. Only the first kind
    was proposed by the sampler; `label` names a published member. `position` is a trial's place in
    the fixed order of a deterministic search; `values` are those of the study's objectives.
    """

    number: int
    key: str
    role: Role
    label: str | None
    state: State
    replicate: int
    seed: int
    genome: dict[str, Value]
    params: int
    macs: int
    flops: int
    accuracy: float | None = None
    loss: float | None = None
    seconds: float | None = None
    device: str | None = None
    images_per_second: float | None = None
    peak_memory_bytes: int | None = None
    compile_seconds: float | None = None
    parts: int | None = None
    threads: int | None = None
    failure: str | None = None
    position: int | None = None
    values: tuple[float, ...] | None = None

    @property
    def ended(self) -> bool:
        """Whether it is over, well or not."""
        return self.state in ("COMPLETE", "FAIL")

    @property
    def complete(self) -> bool:
        """Whether it has an accuracy."""
        return self.state == "COMPLETE" and self.accuracy is not None
