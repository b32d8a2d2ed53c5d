"""Genomes of ACC-ViT and the configurations they stand for; which genomes are one network."""

from collections.abc import Sequence
from dataclasses import asdict

from accvit_blocks import ACCViTConfig, StageConfig
from nas.core.knob import Genome, Knob, Value
from search_spaces.accvit_knobs import REFERENCE, branched, dilations, written


def violation(knobs: Sequence[Knob], genome: Genome) -> str | None:
    """Names and choices must be the space's, and heads must divide their width."""
    for knob in knobs:
        if genome.get(knob.name) not in knob.choices:
            return f"{knob.name} = {genome.get(knob.name)!r} is not among {knob.choices}"
    for index in range(4):
        width, head_dim = (genome[f"stages.{index}.{part}"] for part in ("width", "head_dim"))
        if int(width) % int(head_dim):
            return f"stages.{index}.width = {width} is no multiple of head_dim = {head_dim}"
    return None


def canonical(knobs: Sequence[Knob], genome: Genome) -> dict[str, Value]:
    """Two dead knobs exist: a lone branch's own MLP is shared; nothing fuses one branch."""
    # The choice itself, not what equals it: 1 for True would have another key.
    form = {knob.name: knob.choices[knob.choices.index(genome[knob.name])] for knob in knobs}
    fused = branched(form["conv_dilations"])
    for index in range(4):
        if branched(form[f"stages.{index}.dilations"]):
            fused = True
        elif form[f"stages.{index}.mlp"] == "per-branch":
            form[f"stages.{index}.mlp"] = "shared"
    if not fused:
        form["fusion"] = "mean"
    return form


def configuration(values: Genome) -> ACCViTConfig:
    """Of a canonical genome, at 224 pixels, 1000 classes and three channels."""
    stages = [
        StageConfig(
            width=int(values[f"stages.{index}.width"]),
            depth=int(values[f"stages.{index}.depth"]),
            head_dim=int(values[f"stages.{index}.head_dim"]),
            dilations=dilations(values[f"stages.{index}.dilations"]),
            mlp=str(values[f"stages.{index}.mlp"]),
            mlp_ratio=int(values[f"stages.{index}.mlp_ratio"]),
        )
        for index in range(4)
    ]
    return ACCViTConfig(
        stem_width=int(values["stem_width"]),
        stages=(stages[0], stages[1], stages[2], stages[3]),
        fusion=str(values["fusion"]),
        conv_dilations=dilations(values["conv_dilations"]),
        se=bool(values["se"]),
        image_size=REFERENCE.resolution,
        classes=REFERENCE.classes,
        channels=REFERENCE.channels,
    )


def genome_of(configuration: ACCViTConfig) -> dict[str, Value]:
    """A genome of the configuration, whatever its setting; its values may be no choices."""
    genome: dict[str, Value] = {
        "stem_width": configuration.stem_width,
        "fusion": configuration.fusion,
        "conv_dilations": written(configuration.conv_dilations),
        "se": configuration.se,
    }
    for index, stage in enumerate(configuration.stages):
        values = {**asdict(stage), "dilations": written(stage.dilations)}
        # Of a lone branch only the shared form has a choice in every stage.
        if len(stage.dilations) == 1 and stage.mlp == "per-branch":
            values["mlp"] = "shared"
        genome |= {f"stages.{index}.{part}": value for part, value in values.items()}
    return genome
