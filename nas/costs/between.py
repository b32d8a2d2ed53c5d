"""The two ends of a waterfall, as members of the space, and the one setting that prices both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from nas.core.cost import METRICS
from nas.core.errors import InputError
from nas.core.fidelity import Setting
from nas.core.knob import Value
from nas.core.space import Configuration, SearchSpace
from nas.costs.waterfall import waterfall

ADVICE = "say where both are compared: --resolution PX --classes N --channels N"


@dataclass(frozen=True, kw_only=True)
class End:
    """A network as a person gave it: `named` so, and the parts of its setting that are known."""

    named: str
    configuration: Configuration
    own: Mapping[str, int]


def about_difference(
    space: SearchSpace, start: End, end: End, asked: Mapping[str, int | None]
) -> dict[str, Any]:
    """What each knob that differs costs and the sum, at one setting, as JSON values.

    The setting is what is asked for, else the ends' own, else the reference.

    Raises:
        InputError: for an end that is no member of the space, and where the ends are at settings
            that differ or are unknown and nothing is asked for.
    """
    wanted = {name: value for name, value in asked.items() if value is not None}
    setting = _shared(start, end, wanted)
    here, there = (_member(space, one, known=bool(wanted or one.own)) for one in (start, end))
    changes = waterfall(space, here, there, setting)
    return {
        "space": space.name,
        "from": start.named,
        "to": end.named,
        "setting": {name: getattr(setting, name) for name in ("resolution", "classes", "channels")},
        "changes": [asdict(change) for change in changes],
        "difference": {
            metric: sum(getattr(change, metric) for change in changes) for metric in METRICS
        },
    }


def _shared(start: End, end: End, wanted: Mapping[str, int]) -> Setting:
    parts = {**start.own, **end.own, **wanted}
    for name in start.own.keys() & end.own.keys() - wanted.keys():
        if start.own[name] != end.own[name]:
            raise InputError(
                f"--diff: {name} {start.own[name]} in {start.named}, {end.own[name]} in"
                f" {end.named}; {ADVICE}"
            )
    default = Setting()
    return Setting(
        resolution=parts.get("resolution", default.resolution),
        classes=parts.get("classes", default.classes),
        channels=parts.get("channels", default.channels),
    )


def _member(space: SearchSpace, end: End, *, known: bool) -> dict[str, Value]:
    """The genome of a configuration at the reference, or at another setting if that is `known`."""
    try:
        return space.encode(end.configuration)
    except InputError as error:
        said = f"--diff {end.named}: {error}"
    try:
        genome = space.encode(space.adapt(end.configuration, Setting()))
    except InputError:
        raise InputError(said) from None
    if not known:
        raise InputError(f"--diff {end.named}: not at the reference setting; {ADVICE}")
    return genome
