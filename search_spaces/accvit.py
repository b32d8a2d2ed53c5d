"""The design space of ACC-ViT (arXiv:2406.08859), of whose over 1e15 points six are published."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import chain, combinations, product
from math import prod
from typing import TYPE_CHECKING, Any

from torch import nn

from accvit_blocks import (
    VARIANTS,
    ACCViT,
    ACCViTConfig,
    Count,
    StageConfig,
    count,
    feasible_dilations,
    layer_counts,
)
from nas.core.chain import Chain
from nas.core.cost import METRICS, Cost, Metric
from nas.core.errors import InputError
from nas.core.fidelity import Setting, UnrepresentableError
from nas.core.knob import Genome, Knob, Value
from nas.core.space import Choices
from search_spaces.accvit_chain import accvit_chain

if TYPE_CHECKING:
    from nas.costs import Verification

REFERENCE = Setting()  # 224 pixels, 1000 classes, RGB: where the paper publishes its figures

# Widths and depths around the published ones (femto 32-64-128-256 ... base 96-192-384-768).
WIDTHS = (
    (32, 48, 64, 80, 96, 112, 128, 160),
    (64, 96, 128, 160, 192, 224, 256, 320),
    (128, 160, 192, 224, 256, 320, 384, 448, 512),
    (256, 320, 384, 448, 512, 576, 640, 704, 768),
)
DEPTHS = (range(1, 5), range(1, 7), range(1, 15), range(1, 4))
SQUEEZE = 4  # the squeeze width is C / 4
MIN_TOKENS = 4  # in a window of a proxy; with fewer, attention has nothing to choose between


def _subsets(values: tuple[int, ...]) -> tuple[str, ...]:
    """Every non-empty subset as Optuna may keep it: "1", "2", "1+2"."""
    sizes = range(1, len(values) + 1)
    every = chain.from_iterable(combinations(values, size) for size in sizes)
    return tuple("+".join(map(str, subset)) for subset in every)


def _dilations(text: Value) -> tuple[int, ...]:
    return tuple(int(part) for part in str(text).split("+"))


def _stage_knobs(index: int) -> Iterator[Knob]:
    held = feasible_dilations(REFERENCE.resolution, None, index)
    one_branch = len(held) == 1  # then its own MLP and a shared one are the same network
    mlps = ("shared", "convnext") if one_branch else ("shared", "per-branch", "convnext")
    yield Knob(name=f"stages.{index}.width", choices=WIDTHS[index], ordered=True)
    yield Knob(name=f"stages.{index}.depth", choices=tuple(DEPTHS[index]), ordered=True)
    yield Knob(name=f"stages.{index}.head_dim", choices=(16, 32), ordered=True)
    yield Knob(name=f"stages.{index}.dilations", choices=_subsets(held))
    yield Knob(name=f"stages.{index}.mlp", choices=mlps)
    yield Knob(name=f"stages.{index}.mlp_ratio", choices=(2, 3, 4), ordered=True)


KNOBS = (
    Knob(name="stem_width", choices=(32, 48, 64), ordered=True),
    Knob(name="fusion", choices=("gate", "mean")),
    Knob(name="conv_dilations", choices=_subsets((1, 2, 3))),
    Knob(name="se", choices=(True, False)),
    *chain.from_iterable(_stage_knobs(index) for index in range(4)),
)


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
        """Canonical configurations: valid widths and heads, dead knobs counted once."""
        every, lone = (
            prod(self._stage_size(index, branched) for index in range(4))
            for branched in (True, False)
        )
        convs, forms = self._choices("conv_dilations"), len(self._choices("fusion"))
        # Fusion is dead, and counts once, only where nothing has branches to fuse.
        unfused = sum("+" not in str(dilations) for dilations in convs) * lone
        alive = len(convs) * every * forms - unfused * (forms - 1)
        return len(self._choices("stem_width")) * len(self._choices("se")) * alive

    def violation(self, genome: Genome) -> str | None:
        """Names and choices must be the space's, and heads must divide their width."""
        for knob in self.knobs:
            if genome.get(knob.name) not in knob.choices:
                return f"{knob.name} = {genome.get(knob.name)!r} is not among {knob.choices}"
        for index in range(4):
            width, head_dim = (genome[f"stages.{index}.{part}"] for part in ("width", "head_dim"))
            if int(width) % int(head_dim):
                return f"stages.{index}.width = {width} is no multiple of head_dim = {head_dim}"
        return None

    def canonical(self, genome: Genome) -> dict[str, Value]:
        """Two dead knobs exist: a lone branch's own MLP is shared; nothing fuses one branch."""
        # The choice itself, not what equals it: 1 for True would have another key.
        canonical = {
            knob.name: knob.choices[knob.choices.index(genome[knob.name])] for knob in self.knobs
        }
        branched = "+" in str(canonical["conv_dilations"])
        for index in range(4):
            if "+" in str(canonical[f"stages.{index}.dilations"]):
                branched = True
            elif canonical[f"stages.{index}.mlp"] == "per-branch":
                canonical[f"stages.{index}.mlp"] = "shared"
        if not branched:
            canonical["fusion"] = "mean"
        return canonical

    def decode(self, genome: Genome) -> ACCViTConfig:
        """At 224 pixels, 1000 classes and three channels."""
        values = self.canonical(genome)
        stages = [
            StageConfig(
                width=int(values[f"stages.{index}.width"]),
                depth=int(values[f"stages.{index}.depth"]),
                head_dim=int(values[f"stages.{index}.head_dim"]),
                dilations=_dilations(values[f"stages.{index}.dilations"]),
                mlp=str(values[f"stages.{index}.mlp"]),
                mlp_ratio=int(values[f"stages.{index}.mlp_ratio"]),
            )
            for index in range(4)
        ]
        return ACCViTConfig(
            stem_width=int(values["stem_width"]),
            stages=(stages[0], stages[1], stages[2], stages[3]),
            fusion=str(values["fusion"]),
            conv_dilations=_dilations(values["conv_dilations"]),
            se=bool(values["se"]),
            image_size=REFERENCE.resolution,
            classes=REFERENCE.classes,
            channels=REFERENCE.channels,
        )

    def encode(self, configuration: ACCViTConfig) -> dict[str, Value]:
        """InputError where a value is no choice of its knob, or the setting not the reference."""
        genome: dict[str, Value] = {
            "stem_width": configuration.stem_width,
            "fusion": configuration.fusion,
            "conv_dilations": "+".join(map(str, configuration.conv_dilations)),
            "se": configuration.se,
        }
        for index, stage in enumerate(configuration.stages):
            values = {**asdict(stage), "dilations": "+".join(map(str, stage.dilations))}
            if values["dilations"] in ("1", "2", "4", "8") and stage.mlp == "per-branch":
                values["mlp"] = "shared"
            genome |= {f"stages.{index}.{part}": value for part, value in values.items()}
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
        if setting.resolution < 32 or setting.resolution % 32:
            raise UnrepresentableError(
                f"resolution {setting.resolution}: expected a multiple of 32 pixels"
            )
        window = setting.resolution // 32
        if setting.proxy and window**2 < MIN_TOKENS:
            raise UnrepresentableError(
                f"resolution {setting.resolution}: a window would hold {window**2} token, so that"
                f" attention could not matter; take 64 pixels or more"
            )
        first, second, third, fourth = (
            replace(
                stage,
                width=_scaled(f"stages.{index}.width", stage.width, setting.width_scale, SQUEEZE),
                head_dim=_scaled(
                    f"stages.{index}.head_dim", stage.head_dim, setting.width_scale, 1
                ),
            )
            for index, stage in enumerate(configuration.stages)
        )
        return replace(
            configuration,
            stem_width=_scaled("stem_width", configuration.stem_width, setting.width_scale, 1),
            stages=(first, second, third, fourth),
            image_size=setting.resolution,
            window=None,
            classes=setting.classes,
            channels=setting.channels,
        )

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
        """Exact: cost grows with every ordered knob, so only MLPs and head_dims are tried out."""
        extremes = [
            [self.cost(config) for config in self._extremes(choices, setting, pick)]
            for pick in (min, max)
        ]
        if not extremes[0]:
            raise InputError(
                "the choices exclude each other: no width is a multiple of its head_dim"
            )
        return {
            metric: (
                min(cost.of(metric) for cost in extremes[0]),
                max(cost.of(metric) for cost in extremes[1]),
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

    def to_dict(self, configuration: ACCViTConfig) -> dict[str, Any]:
        """JSON values."""
        return configuration.to_dict()

    def from_dict(self, values: Mapping[str, Any]) -> ACCViTConfig:
        """Strict: unknown and missing keys are named."""
        return ACCViTConfig.from_dict(values)

    def _choices(self, name: str) -> tuple[Value, ...]:
        return next(knob.choices for knob in self.knobs if knob.name == name)

    def _stage_size(self, index: int, branched: bool) -> int:
        """Canonical stages; without `branched`, only those that have a single dilation."""
        of = {part: self._choices(f"stages.{index}.{part}") for part in _STAGE_PARTS}
        shapes = sum(
            int(width) % int(head_dim) == 0
            for width, head_dim in product(of["width"], of["head_dim"])
        )
        single = sum("+" not in str(dilations) for dilations in of["dilations"])
        forms = single * len({"shared" if mlp == "per-branch" else mlp for mlp in of["mlp"]})
        if branched:
            forms += (len(of["dilations"]) - single) * len(of["mlp"])
        return shapes * len(of["depth"]) * len(of["mlp_ratio"]) * forms

    def _extremes(self, choices: Choices, setting: Setting, pick: Any) -> Iterator[ACCViTConfig]:
        """Configurations among which the cheapest (`pick` min) or dearest (max) one is."""

        def branches(text: Value) -> int:
            return len(_dilations(text))

        network: dict[str, Value] = {
            "stem_width": pick(choices["stem_width"]),
            "fusion": pick(choices["fusion"], key=lambda fusion: fusion == "gate"),
            "conv_dilations": pick(choices["conv_dilations"], key=branches),
            "se": pick(choices["se"]),
        }
        per_stage = []
        for index in range(4):
            of = {part: choices[f"stages.{index}.{part}"] for part in _STAGE_PARTS}
            options = []
            for head_dim, mlp in product(of["head_dim"], of["mlp"]):
                widths = [width for width in of["width"] if int(width) % int(head_dim) == 0]
                if widths:
                    stage = {
                        "width": pick(widths),
                        "depth": pick(of["depth"]),
                        "head_dim": head_dim,
                        "dilations": pick(of["dilations"], key=branches),
                        "mlp": mlp,
                        "mlp_ratio": pick(of["mlp_ratio"]),
                    }
                    options.append({f"stages.{index}.{part}": stage[part] for part in stage})
            per_stage.append(options)
        for stages in product(*per_stage):
            genome = network | {name: value for stage in stages for name, value in stage.items()}
            yield self.adapt(self.decode(genome), setting)

    @property
    def verification(self) -> "Verification":
        """What a check of the costs needs to know; costs a search nothing until it is asked."""
        from search_spaces.accvit_verification import VERIFICATION

        return VERIFICATION


_STAGE_PARTS = ("width", "depth", "head_dim", "dilations", "mlp", "mlp_ratio")


def _scaled(name: str, value: int, scale: float, multiple: int) -> int:
    scaled = round(value * scale)
    if scaled < 1 or abs(scaled - value * scale) > 1e-9 or scaled % multiple:
        raise UnrepresentableError(
            f"width scale {scale:g}: {name} = {value} would become {value * scale:g};"
            f" expected a multiple of {multiple}"
        )
    return scaled


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
