"""Fewer choices of some knobs: what `--fix` and `--choices` leave of a space."""

from collections.abc import Mapping

from nas.core.errors import InputError
from nas.core.evaluated import EvaluatedSpace
from nas.core.knob import Knob, Value
from nas.core.space import Choices, SearchSpace


def narrow(space: SearchSpace | EvaluatedSpace, fixed: list[str], choices: list[str]) -> Choices:
    """The choices left by `--fix knob=value` and `--choices knob=a,b`; InputError otherwise."""
    left: dict[str, tuple[Value, ...]] = {knob.name: knob.choices for knob in space.knobs}
    byname = {knob.name: knob for knob in space.knobs}
    for flag, texts in (("--fix", fixed), ("--choices", choices)):
        for text in texts:
            name, equals, values = text.partition("=")
            if not equals or not values:
                raise InputError(f"{flag} {text}: expected knob=value; got no value")
            parts = [values] if flag == "--fix" else values.split(",")
            for knob in _able(_matching(byname, name.strip(), flag), parts):
                wanted = {knob.parse(part) for part in parts}
                left[knob.name] = tuple(choice for choice in left[knob.name] if choice in wanted)
                if not left[knob.name]:
                    raise InputError(f"{flag} {text}: leaves no choice for {knob.name}")
    return left


def _matching(byname: Mapping[str, Knob], name: str, flag: str) -> list[Knob]:
    """The knob of that name, or with `*` for the stage number every knob that fits."""
    if name in byname:
        return [byname[name]]
    wild = [knob for known, knob in byname.items() if "*" in name and _fits(known, name)]
    if not wild:
        raise InputError(f"{flag} {name}: no such knob; expected one of {', '.join(byname)}")
    return wild


def _able(knobs: list[Knob], parts: list[str]) -> list[Knob]:
    """Of several knobs that a pattern fits, those that have the values; all, if none has."""
    able = [knob for knob in knobs if all(knob.offers(part) for part in parts)]
    return able or knobs


def _fits(known: str, pattern: str) -> bool:
    parts, wanted = known.split("."), pattern.split(".")
    return len(parts) == len(wanted) and all(
        want in ("*", part) for part, want in zip(parts, wanted, strict=True)
    )
