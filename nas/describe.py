"""python -m nas.describe: a search space, a network of it and what it costs, or how two differ.

--verify counts the network three ways, and exits with 1 where they disagree; --diff says what each
changed knob costs.
"""

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nas.commandline import Parser, count, run
from nas.core.errors import InputError
from nas.core.fidelity import Setting
from nas.core.guard import guarded, told
from nas.core.space import Configuration, SearchSpace, find_space
from nas.costs import Comparison, UncountedError, verify
from nas.costs.between import End, about_difference
from nas.costs.tables import comparison_text, cost_rows, difference_text
from nas.reporting.brief import brief, families, flat

PARTS = ("resolution", "classes", "channels")  # of a setting
Asked = Mapping[str, int | None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, look up, print; the exit code is 1 where --verify finds costs that disagree."""
    given = _parser().parse_args(arguments)
    found = find_space(given.space)
    space = guarded(given.space, found)
    asked: Asked = {name: getattr(given, name) for name in PARTS}
    named = given.variant is not None or given.config is not None
    if given.verify and given.diff is not None:
        raise InputError("--verify: checks one network; leave --diff out")
    if given.verify and not named:
        raise InputError("--verify: expected a network; add --variant NAME or --config FILE.json")
    if given.diff is not None:
        start, end = (_end(found, name) for name in given.diff)
        _print(about_difference(space, start, end, asked), difference_text, as_json=given.json)
        return 0
    if not named:
        _print(about_space(space, asked), space_text, as_json=given.json)
        return 0
    network, own = _network(found, given)
    configuration = adapted(space, network, asked, own)
    if given.verify:
        comparison = _verified(space, configuration, _setting(asked, own))
        facts = {**asdict(comparison), "disagreements": list(comparison.disagreements)}
        _print(facts, lambda _: comparison_text(comparison), as_json=given.json)
        return 1 if comparison.disagreements else 0
    _print(about_network(space, configuration), network_text, as_json=given.json)
    return 0


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
    if all(value is None for value in asked.values()):
        return configuration
    return space.adapt(configuration, _setting(asked, own))


def read_config(
    space: SearchSpace, path: Path, *, flag: str = "--config"
) -> tuple[Configuration, dict[str, int]]:
    """The network in a JSON file, and the setting written beside it, if one is.

    The file holds the configuration alone, or an object that has one under "configuration", as an
    export's config.json and this command's --json do. InputError says what is wrong with it.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{flag} {path}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{flag} {path}: expected JSON: {error}") from error
    if not isinstance(values, dict):
        raise InputError(f"{flag} {path}: expected an object; got {type(values).__name__}")
    inner = values.get("configuration")
    try:
        network = space.from_dict(inner if isinstance(inner, dict) else values)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{flag} {path}: no network of {space.name}: {error}") from error
    setting = values.get("setting")
    beside = setting if isinstance(setting, dict) else {}
    return network, {name: beside[name] for name in PARTS if isinstance(beside.get(name), int)}


def network_text(facts: Mapping[str, Any]) -> str:
    """For people: the configuration, then the costs a stage and their sums."""
    grouped = families(flat(facts["configuration"]))
    wide = max(len(name) for name in grouped)
    lines = [f"{name:<{wide}}  {brief(values, ' / ')}" for name, values in grouped.items()]
    costs = {**facts["stages"], "total": facts}
    return "\n".join([f"a network of {facts['space']}", "", *lines, "", *cost_rows("stage", costs)])


def space_text(facts: Mapping[str, Any]) -> str:
    """For people: the knobs, the size and the published members."""
    wide = max(len(knob["name"]) for knob in facts["knobs"])
    knobs = [f"{knob['name']:<{wide}}  {_choices(knob['choices'])}" for knob in facts["knobs"]]
    lines = [f"{facts['space']}: {facts['size']:,} networks", "", *knobs]
    if facts["published"]:
        lines += ["", *cost_rows("published", facts["published"])]
    return "\n".join(lines)


def _choices(choices: Sequence[Any]) -> str:
    return ", ".join(str(choice) for choice in choices)


def _print(
    facts: Mapping[str, Any], text: Callable[[Mapping[str, Any]], str], *, as_json: bool
) -> None:
    print(json.dumps(facts, indent=2) if as_json else text(facts))


def _verified(space: SearchSpace, configuration: Configuration, setting: Setting) -> Comparison:
    try:
        return verify(space, configuration, setting=setting)
    except UncountedError as error:
        raise InputError(f"--verify: {error}") from error
    except (RuntimeError, MemoryError) as error:  # torch's words for a network far too large
        said = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"--verify: the network cannot be built here: {said[:200]}") from error
    except Exception as error:  # of a third party's network, which may not even compute
        raise InputError(f"--verify: the network fails: {told(error)}") from error


def _setting(asked: Asked, own: Mapping[str, int]) -> Setting:
    """What is asked for, else the network's own, else the reference."""
    wanted = {name: value for name, value in asked.items() if value is not None}
    parts = {**{name: getattr(Setting(), name) for name in PARTS}, **own, **wanted}
    return Setting(
        resolution=parts["resolution"], classes=parts["classes"], channels=parts["channels"]
    )


def _network(space: SearchSpace, given: Namespace) -> tuple[Configuration, dict[str, int]]:
    if given.variant is not None:
        return _variant(space, given.variant), {}
    return read_config(space, given.config)


def _end(space: SearchSpace, name: str) -> End:
    if name in space.published:
        return End(named=name, configuration=space.published[name], own={})
    if not Path(name).exists():
        known = ", ".join(space.published) or "none is published"
        raise InputError(f"--diff {name}: no such file, and no published member ({known})")
    configuration, own = read_config(space, Path(name), flag="--diff")
    return End(named=name, configuration=configuration, own=own)


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
    which.add_argument(
        "--diff", nargs=2, metavar=("A", "B"), help="two networks: published members or files"
    )
    add("--verify", action="store_true", help="count the network three ways, layer by layer")
    add("--json", action="store_true", help="exact values as JSON")
    add(
        "--resolution", type=count, metavar="PX", help="pixels of an image's side; default: its own"
    )
    add("--classes", type=count, metavar="N", help="outputs; default: its own")
    add("--channels", type=count, metavar="N", help="of the images; default: its own")
    return parser


if __name__ == "__main__":
    sys.exit(run(main))
