"""Costs, checked costs and waterfalls as text, for people: exact integers, right-aligned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nas.core.cost import human
from nas.costs.verify import Comparison, Line, in_words
from nas.costs.waterfall import Change

TITLES = {
    "params": "parameters",
    "macs": "MACs",
    "flops": "FLOPs",
    "activations": "activations",
    "saved_bytes": "saved bytes",
}


def cost_rows(heading: str, costs: Mapping[str, Mapping[str, int | None]]) -> list[str]:
    """Exact integers, right-aligned, one row a name; without what a space does not say."""
    wide = max(len(name) for name in (heading, *costs))
    names = [name for name in TITLES if all(cost.get(name) is not None for cost in costs.values())]
    head = f"{heading:<{wide}}" + "".join(f"  {TITLES[name]:>16}" for name in names)
    rows = (
        f"{name:<{wide}}" + "".join(f"  {cost[part]:>16,}" for part in names)
        for name, cost in costs.items()
    )
    return [head, *rows]


def comparison_text(comparison: Comparison) -> str:
    """A row a layer: parameters, MACs counted three ways, and by how much they differ."""
    head = ("layer", "parameters", "MACs", "fvcore", "torch / 2", "difference")
    rows = [_counted(line) for line in (*comparison.layers, comparison.total)]
    return "\n".join([*_aligned([head, *rows], left=(0, 5)), "", _verdict(comparison)])


def waterfall_text(changes: Sequence[Change]) -> str:
    """A row a change and their sum, exact and as people say it."""
    head = ("knob", "from -> to", "parameters", "MACs", "FLOPs", "in short")
    rows = [
        (*_named(change), *_signed(change.params, change.macs, change.flops)) for change in changes
    ]
    whole = (
        sum(change.params for change in changes),
        sum(change.macs for change in changes),
        sum(change.flops for change in changes),
    )
    return "\n".join(_aligned([head, *rows, ("total", "", *_signed(*whole))], left=(0, 1, 5)))


def difference_text(facts: Mapping[str, Any]) -> str:
    """For people: a row a knob, their sum, and what the split rests on."""
    setting = facts["setting"]
    if not facts["changes"]:
        return f"{facts['from']} and {facts['to']} are the same network of {facts['space']}"
    return "\n".join(
        [
            f"from {facts['from']} to {facts['to']}, networks of {facts['space']} at"
            f" {setting['resolution']} px, {setting['classes']} classes,"
            f" {setting['channels']} channels",
            "",
            waterfall_text([Change(**change) for change in facts["changes"]]),
            "",
            "Knobs change in the space's order, on which the split depends; the total does not.",
        ]
    )


def _counted(line: Line) -> tuple[str, ...]:
    numbers = (line.closed.params, line.closed.macs, line.fvcore.macs, line.torch)
    return (line.name, *(f"{number:,}" for number in numbers), in_words(line))


def _verdict(comparison: Comparison) -> str:
    wrong = comparison.disagreements
    if wrong:
        return f"{len(wrong)} disagree, the first: {wrong[0]}"
    flops = "; FLOPs = fvcore" if comparison.total.flops else ""
    return f"parameters = sum(p.numel()); MACs = fvcore = torch / 2{flops}: exactly, in every row"


def _named(change: Change) -> tuple[str, str]:
    before, after = (", ".join(map(str, values)) for values in (change.before, change.after))
    return " + ".join(change.knobs), f"{before} -> {after}"


def _signed(params: int, macs: int, flops: int) -> tuple[str, ...]:
    said = f"{_human(params)} params, {_human(macs)} MACs"
    return (*(f"{number:+,}" for number in (params, macs, flops)), said)


def _human(number: int) -> str:
    return f"{'-' if number < 0 else '+'}{human(abs(number))}"


def _aligned(rows: Sequence[Sequence[str]], *, left: Iterable[int]) -> list[str]:
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    kept = set(left)
    return [
        "  ".join(
            cell.ljust(width) if index in kept else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, wide, strict=True))
        ).rstrip()
        for row in rows
    ]
