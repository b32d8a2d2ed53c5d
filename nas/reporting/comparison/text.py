"""Runs against each other as plain text: hypervolume, who holds the joint front, settings."""

from collections.abc import Iterator, Sequence

from nas.reporting.view.meaning import WORDS
from nas.reporting.view.versus import Versus

WIDEST = 34  # characters of a setting's value


def comparison_text(found: Versus) -> str:
    """Tables at most as wide as their names and values ask."""
    return "\n".join([*_runs(found), "", *_settings(found), *_caution(found)])


def caution(found: Versus) -> str | None:
    """What a reader must know before comparing; None where nothing is in the way."""
    if found.comparable:
        return None
    groups = dict.fromkeys(
        one.name.partition(".")[0] for one in found.settings if one.meaning == "measured"
    )
    return (
        f"These runs were measured differently ({', '.join(groups)}), so that higher in one may not"
        " be better than lower in the other."
    )


def _runs(found: Versus) -> Iterator[str]:
    wide = max(len("study"), *map(len, found.names))
    yield (
        f"{'study':<{wide}}  {'complete':>8}  {'failed':>6}  {'front':>5}  {'hypervolume':>11}"
        "  of its front undominated by any"
    )
    rows = zip(found.names, found.views, found.shares, found.alone, strict=True)
    for name, view, shares, alone in rows:
        share = f"{shares[-1][1]:.1%}" if shares else "-"
        yield (
            f"{name:<{wide}}  {len(view.searched):>8}  {len(view.failed):>6}"
            f"  {len(view.front):>5}  {share:>11}  {len(alone)} of {len(view.front)}"
        )
    yield (
        "hypervolume: share of the one rectangle between the worst and the best that any run saw"
        if any(found.shares)
        else "hypervolume: for two objectives that vary, alone"
    )


def _settings(found: Versus) -> Iterator[str]:
    """A table whose rows are grouped by what they mean."""
    if not found.settings:
        yield "all settings are alike"
        return
    first = max(len("setting"), *(len(one.name) + 2 for one in found.settings))
    wide = [
        max(len(_cut(name)), *(len(_cut(one.values[place])) for one in found.settings))
        for place, name in enumerate(found.names)
    ]
    yield _row("setting", found.names, first, wide)
    told = None
    for one in found.settings:
        if one.meaning != told:
            told = one.meaning
            yield f"{WORDS[told]}:"
        yield _row(f"  {one.name}", one.values, first, wide)


def _row(name: str, values: Sequence[str], first: int, wide: Sequence[int]) -> str:
    cells = (f"{_cut(value):<{width}}" for value, width in zip(values, wide, strict=True))
    return f"{name:<{first}}  {'  '.join(cells)}".rstrip()


def _caution(found: Versus) -> Iterator[str]:
    said = caution(found)
    if said is not None:
        yield from ("", said)


def _cut(text: str) -> str:
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"
