"""What the study remembers of one evaluation, as the tables, figures and exports read it."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from nas.core.knob import Value
from nas.study.typed import Amount, Count, Number

# As nas.core.space.key_of makes them; files are named by it.
Key = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
Share = Annotated[float, Field(ge=0, le=1)]
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

    number: Count
    key: Key
    role: Role
    label: str | None
    state: State
    replicate: Count
    seed: Count
    genome: dict[str, Value]
    params: Count
    macs: Count
    flops: Count
    accuracy: Share | None = None
    loss: Number | None = None
    seconds: Amount | None = None
    device: str | None = None
    images_per_second: Amount | None = None
    peak_memory_bytes: Count | None = None
    compile_seconds: Amount | None = None
    parts: Count | None = None
    threads: Count | None = None
    failure: str | None = None
    position: Count | None = None
    values: tuple[Number, ...] | None = None

    @property
    def ended(self) -> bool:
        """Whether it is over, well or not."""
        return self.state in ("COMPLETE", "FAIL")

    @property
    def complete(self) -> bool:
        """Whether it has an accuracy."""
        return self.state == "COMPLETE" and self.accuracy is not None
