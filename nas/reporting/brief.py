"""A genome in few words: knobs alike but for a number in their name share one entry.

stages.0.width = 64, stages.1.width = 128, se = True   ->   stages.*.width 64/128, se True
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nas.core.knob import Genome, Value

Families = dict[str, tuple[Value, ...]]


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Value]:
    """Nested JSON values by dotted names: `stages.0.width`; a list of plain values reads `1,2`."""
    found: dict[str, Value] = {}
    for name, value in values.items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping):
            found |= flat(value, f"{path}.")
        elif isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
            found |= flat({str(index): item for index, item in enumerate(value)}, f"{path}.")
        elif isinstance(value, list | tuple):
            found[path] = ",".join(map(str, value))
        else:
            found[path] = value
    return found


def families(values: Mapping[str, Value]) -> Families:
    """Values by name, in which a part that is a number reads `*`; in the order of first mention."""
    found: Families = {}
    for name, value in values.items():
        family = ".".join("*" if part.isdigit() else part for part in name.split("."))
        found[family] = (*found.get(family, ()), value)
    return found


def brief(values: Sequence[Value], separator: str = "/") -> str:
    """`64/128/256`; a run of equal values that is the whole of it is written once: `32 each`."""
    texts = [str(value) for value in values]
    if len(texts) > 1 and len(set(texts)) == 1:
        return f"{texts[0]} each"
    return separator.join(texts)


def differing(genomes: Iterable[Genome]) -> tuple[str, ...]:
    """The families in which the genomes are not all equal, those of several knobs first."""
    every = [families(genome) for genome in genomes]
    names = dict.fromkeys(name for each in every for name in each)
    changed = [name for name in names if len({each.get(name) for each in every}) > 1]
    lone = {name: all(len(each.get(name, ())) < 2 for each in every) for name in changed}
    return tuple(sorted(changed, key=lambda name: lone[name]))


def summary(genome: Genome, names: Sequence[str], width: int) -> str:
    """The named families in at most `width` characters; an ellipsis stands for what is left out."""
    grouped, text = families(genome), ""
    for name in names:
        entry = f"{name.split('.')[-1]} {brief(grouped[name])}"
        longer = f"{text}  {entry}" if text else entry
        last = name == names[-1]
        if len(longer) + (0 if last else 3) > width:
            return f"{text}  …".strip()
        text = longer
    return text
