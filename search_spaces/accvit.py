"""The design space of ACC-ViT (arXiv:2406.08859), of whose over 1e15 points six are published."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from torch import nn

from accvit_blocks import VARIANTS, ACCViT, ACCViTConfig, Count, count, layer_counts, native
from nas.core.chain import Chain
from nas.core.cost import METRICS, Cost, Metric
from nas.core.errors import InputError
from nas.core.fidelity import Setting
from nas.core.knob import Genome, Knob, Value
from nas.core.source import Source
from nas.core.space import Choices
from search_spaces import accvit_extent, accvit_genome, accvit_source
from search_spaces.accvit_chain import accvit_chain
from search_spaces.accvit_knobs import KNOBS, REFERENCE
from search_spaces.accvit_setting import adapted

if TYPE_CHECKING:
    from nas.costs import Verification


@dataclass(frozen=True)
class ACCViTSpace:
    """Genomes are flat: `stages.0.dilations` = "1+2+4"; see `SearchSpace` for each method."""

    name: str = "accvit"
    knobs: tuple[Knob, ...] = KNOBS

    @property
    def published(self) -> Mapping[str, ACCViTConfig]:
        """The paper's six variants, femto to base."""
        return VARIANTS

    @property
    def size(self) -> int:
        """Canonical configurations, counted without listing them."""
        return accvit_extent.size({knob.name: knob.choices for knob in self.knobs})

    def violation(self, genome: Genome) -> str | None:
        """Names and choices must be the space's, and heads must divide their width."""
        return accvit_genome.violation(self.knobs, genome)

    def canonical(self, genome: Genome) -> dict[str, Value]:
        """A lone branch's own MLP is shared; nothing fuses one branch."""
        return accvit_genome.canonical(self.knobs, genome)

    def decode(self, genome: Genome) -> ACCViTConfig:
        """At 224 pixels, 1000 classes and three channels."""
        return accvit_genome.configuration(self.canonical(genome))

    def encode(self, configuration: ACCViTConfig) -> dict[str, Value]:
        """InputError where a value is no choice of its knob, or the setting not the reference."""
        genome = accvit_genome.genome_of(configuration)
        broken = self.violation(genome)
        if broken is not None:
            raise InputError(f"no member of the space {self.name}: {broken}")
        if self.adapt(configuration, REFERENCE) != configuration:
            raise InputError(
                f"no member of the space {self.name}: expected {REFERENCE.resolution} pixels,"
                f" {REFERENCE.classes} classes and {REFERENCE.channels} channels;"
                " adapt the configuration to them first"
            )
        return self.canonical(genome)

    def adapt(self, configuration: ACCViTConfig, setting: Setting) -> ACCViTConfig:
        """Windows follow the resolution; widths and head_dims scale alike: as many heads."""
        return adapted(configuration, setting)

    def cost(self, configuration: ACCViTConfig) -> Cost:
        """Closed forms of `accvit_blocks`, composed."""
        return _cost(count(configuration))

    def stage_costs(self, configuration: ACCViTConfig) -> dict[str, Cost]:
        """Stem, the four stages, head."""
        totals: dict[str, Count] = {}
        for layer, layer_count in layer_counts(configuration).items():
            part = ".".join(layer.split(".")[:2]) if layer.startswith("stages.") else layer
            totals[part] = totals.get(part, Count()) + layer_count
        return {part: _cost(total) for part, total in totals.items()}

    def cost_range(self, choices: Choices, setting: Setting) -> dict[Metric, tuple[int, int]]:
        """Exact, from the few networks among which the cheapest and the dearest are."""
        cheap, dear = (
            [
                self.cost(self.adapt(self.decode(genome), setting))
                for genome in accvit_extent.extremes(choices, pick)
            ]
            for pick in (min, max)
        )
        if not cheap:
            raise InputError(
                "the choices exclude each other: no width is a multiple of its head_dim"
            )
        return {
            metric: (
                min(cost.of(metric) for cost in cheap),
                max(cost.of(metric) for cost in dear),
            )
            for metric in METRICS
        }

    def chain(self, choices: Choices, setting: Setting) -> Chain:
        """The narrowed space at a setting, to count it and to draw from it under a budget."""
        self.adapt(next(iter(VARIANTS.values())), setting)  # names a setting that cannot be
        return accvit_chain(choices, setting)

    def build(self, configuration: ACCViTConfig, *, drop_path: float = 0.0) -> nn.Module:
        """Images b c h w -> logits b classes."""
        return ACCViT(configuration, drop_path=drop_path)

    def slowed(self, device: str) -> str | None:
        """On a CPU without the blocks' kernels; asked, it compiles them, so no training has to."""
        missing = native.missing() if device == "cpu" else None
        return missing and f"no kernels for this CPU: {missing}"

    def to_dict(self, configuration: ACCViTConfig) -> dict[str, Any]:
        """JSON values."""
        return configuration.to_dict()

    def from_dict(self, values: Mapping[str, Any]) -> ACCViTConfig:
        """Strict: unknown and missing keys are named."""
        return ACCViTConfig.from_dict(values)

    def source(self, configuration: ACCViTConfig) -> Source:
        """Written out by hand, as it were: one file that needs torch alone."""
        return accvit_source.source(configuration)

    @property
    def verification(self) -> "Verification":
        """What a check of the costs needs to know; costs a search nothing until it is asked."""
        from search_spaces.accvit_verification import VERIFICATION

        return VERIFICATION


def _cost(total: Count) -> Cost:
    return Cost(
        params=total.params,
        macs=total.macs,
        flops=total.flops,
        activations=total.activations,
        saved_bytes=total.saved_bytes,
        saved_bytes_per_image=total.saved_bytes_per_image,
    )


SPACE = ACCViTSpace()
