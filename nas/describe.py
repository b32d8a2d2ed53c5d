"""python -m nas.describe: what a search space holds, or one network of it and what it costs."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nas.commandline import Parser, count, run
from nas.core.cost import Cost
from nas.core.errors import InputError
from nas.core.fidelity import Setting
from nas.core.space import Configuration, SearchSpace, find_space
from nas.reporting.brief import brief, families, flat

PARTS = ("resolution", "classes", "channels")  # of a setting
Asked = Mapping[str, int | None]


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse, look up, print."""
    given = _parser().parse_args(arguments)
    space = find_space(given.space)
    asked: Asked = {name: getattr(given, name) for name in PARTS}
    own: dict[str, int] = {}
    if given.variant is not None:
        network = _variant(space, given.variant)
    elif given.config is not None:
        network, own = read_config(space, given.config)
    else:
        facts = about_space(space, asked)
        print(json.dumps(facts, indent=2) if given.json else space_text(facts))
        return
    facts = about_network(space, adapted(space, network, asked, own))
    print(json.dumps(facts, indent=2) if given.json else network_text(facts))


def about_network(space: SearchSpace, configuration: Configuration) -> dict[str, Any]:
    """Its configuration, exact costs, and the same costs a stage, as JSON values."""
    return {
        "space": space.name,
        "configuration": space.to_dict(configuration),
        **asdict(space.cost(configuration)),
        "stages": {name: asdict(cost) for name, cost in space.stage_costs(configuration).items()},
    }


def about_space(space: SearchSpace, asked: Asked) -> dict[str, Any]:
    """Its knobs, how many distinct networks they make, and its published members' costs."""
    return {
        "space": space.name,
        "size": space.size,
        "knobs": [asdict(knob) for knob in space.knobs],
        "published": {
            name: asdict(space.cost(adapted(space, member, asked, {})))
            for name, member in space.published.items()
        },
    }


def adapted(
    space: SearchSpace,
    configuration: Configuration,
    asked: Asked,
    own: Mapping[str, int],
) -> Configuration:
    """As it is unless something else is asked for; what is left open stays its `own`, if known."""
    wanted = {name: value for name, value in asked.items() if value is not None}
    if not wanted:
        return configuration
    parts = {**{name: getattr(Setting(), name) for name in PARTS}, **own, **wanted}
    setting = Setting(
        resolution=parts["resolution"], classes=parts["classes"], channels=parts["channels"]
    )
    return space.adapt(configuration, setting)


def read_config(space: SearchSpace, path: Path) -> tuple[Configuration, dict[str, int]]:
    """The network in a JSON file, and the setting written beside it, if one is.

    The file holds the configuration alone, or an object that has one under "configuration", as an
    export's config.json and this command's --json do. InputError says what is wrong with it.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"--config {path}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"--config {path}: expected JSON: {error}") from error
    if not isinstance(values, dict):
        raise InputError(f"--config {path}: expected an object; got {type(values).__name__}")
    inner = values.get("configuration")
    try:
        network = space.from_dict(inner if isinstance(inner, dict) else values)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"--config {path}: no network of {space.name}: {error}") from error
    setting = values.get("setting")
    beside = setting if isinstance(setting, dict) else {}
    return network, {name: beside[name] for name in PARTS if isinstance(beside.get(name), int)}


def network_text(facts: Mapping[str, Any]) -> str:
    """For people: the configuration, then the costs a stage and their sums."""
    grouped = families(flat(facts["configuration"]))
    wide = max(len(name) for name in grouped)
    lines = [f"{name:<{wide}}  {brief(values, ' / ')}" for name, values in grouped.items()]
    costs = {**facts["stages"], "total": facts}
    return "\n".join([f"a network of {facts['space']}", "", *lines, "", *_costs("stage", costs)])


def space_text(facts: Mapping[str, Any]) -> str:
    """For people: the knobs, the size and the published members."""
    wide = max(len(knob["name"]) for knob in facts["knobs"])
    knobs = [f"{knob['name']:<{wide}}  {_choices(knob['choices'])}" for knob in facts["knobs"]]
    lines = [f"{facts['space']}: {facts['size']:,} networks", "", *knobs]
    if facts["published"]:
        lines += ["", *_costs("published", facts["published"])]
    return "\n".join(lines)


def _choices(choices: Sequence[Any]) -> str:
    return ", ".join(str(choice) for choice in choices)


def _costs(heading: str, costs: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Exact integers, right-aligned, one row a name."""
    wide = max(len(name) for name in (heading, *costs))
    names = tuple(Cost.__dataclass_fields__)
    head = f"{heading:<{wide}}" + "".join(f"  {_title(name):>16}" for name in names)
    rows = (
        f"{name:<{wide}}" + "".join(f"  {cost[part]:>16,}" for part in names)
        for name, cost in costs.items()
    )
    return [head, *rows]


def _title(metric: str) -> str:
    return {"params": "parameters", "macs": "MACs", "flops": "FLOPs"}[metric]


def _variant(space: SearchSpace, name: str) -> Configuration:
    if name not in space.published:
        known = ", ".join(space.published) or "none is published"
        raise InputError(f"--variant {name}: unknown; expected one of {known}")
    return space.published[name]


def _parser() -> Parser:
    parser = Parser(prog="python -m nas.describe", description=__doc__ or "")
    add = parser.add_argument
    add("--space", required=True, metavar="NAME", help="a space's name, or package.module:SPACE")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--variant", metavar="NAME", help="a published member")
    which.add_argument("--config", type=Path, metavar="FILE.json", help="a configuration as JSON")
    add("--json", action="store_true", help="exact values as JSON")
    add(
        "--resolution", type=count, metavar="PX", help="pixels of an image's side; default: its own"
    )
    add("--classes", type=count, metavar="N", help="outputs; default: its own")
    add("--channels", type=count, metavar="N", help="of the images; default: its own")
    return parser


if __name__ == "__main__":
    sys.exit(run(main))
