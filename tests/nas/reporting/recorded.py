"""Records as a study would keep them, in few words."""

from nas.core.knob import Knob
from nas.study.record import Record

KNOBS = (
    Knob(name="stages.0.width", choices=(32, 64), ordered=True),
    Knob(name="stages.1.width", choices=(64, 128), ordered=True),
    Knob(name="stages.0.dilations", choices=("1", "1+2")),
    Knob(name="gate", choices=(True, False)),
)
GENOME = {
    "stages.0.width": 32,
    "stages.1.width": 64,
    "stages.0.dilations": "1",
    "gate": True,
}


def record(number, key, params, accuracy, *, replicate=0, role="search", label=None, **more):
    """Complete unless accuracy is None; MACs are 100 a parameter."""
    values = {
        "state": "COMPLETE" if accuracy is not None else "FAIL",
        "seed": 1000 * replicate + sum(map(ord, key)),
        "genome": {**GENOME, "stages.0.width": 64 if number % 2 else 32},
        "macs": 100 * params,
        "flops": 101 * params,
        **more,
    }
    return Record(
        number=number,
        key=key,
        role=role,
        label=label,
        replicate=replicate,
        params=params,
        accuracy=accuracy,
        **values,
    )


def study():
    """Three on the front, one behind it, a failure, two published members and some replicates."""
    return (
        record(0, "small", 5_000_000, 0.70),
        record(1, "middle", 10_000_000, 0.80),
        record(2, "behind", 12_000_000, 0.60),
        record(3, "large", 20_000_000, 0.81),
        record(4, "broken", 9_000_000, None, failure="diverged: loss is nan"),
        record(0, "small", 5_000_000, 0.72, replicate=1, role="replicate"),
        record(1, "tiny", 28_000_000, 0.75, role="published", label="tiny"),
        record(2, "tiny", 28_000_000, 0.77, replicate=1, role="published", label="tiny"),
        record(3, "femto", 4_000_000, 0.50, role="published", label="femto"),
    )
