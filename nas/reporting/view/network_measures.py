"""What is known of a network: its accuracy as a proxy, what it costs, what its training took."""

from nas.core.cost import Metric
from nas.reporting.view.measure import Measure

COSTS: tuple[Metric, ...] = ("params", "macs", "flops")
MEASURES = (
    Measure(
        name="accuracy",
        label="proxy validation accuracy",
        unit="%",
        scale=0.01,
        direction="maximize",
    ),
    Measure(name="params", label="parameters", unit="M", scale=1e6, log=True, direction="minimize"),
    Measure(
        name="macs", label="MACs an image", unit="G", scale=1e9, log=True, direction="minimize"
    ),
    Measure(
        name="flops", label="FLOPs an image", unit="G", scale=1e9, log=True, direction="minimize"
    ),
    Measure(
        name="activations",
        label="activations an image",
        unit="M",
        scale=1e6,
        log=True,
        direction="minimize",
    ),
    Measure(
        name="memory",
        label="peak memory of the proxy training",
        unit="MB",
        scale=1e6,
        log=True,
        direction="minimize",
    ),
    Measure(name="seconds", label="proxy training time", unit="s", log=True, direction="minimize"),
)
