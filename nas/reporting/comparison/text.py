"""Runs against each other as plain text: hypervolume, who holds the joint front, settings."""

from collections.abc import Iterator

from nas.reporting.view.versus import Versus

WIDEST = 34  # characters of a setting's value


def comparison_text(found: Versus) -> str:
    """Tables at most as wide as their names and values ask."""
    return "\n".join([*_runs(found), "", *_settings(found), *_caution(found)])


def caution(found: Versus) -> str | None:
    """What a reader must know before comparing; None where nothing is in the way."""
    if found.comparable:
        return None
    return (
        "These runs were measured differently (data, fidelity, recipe, target or space), so that"
        " higher in one may not be better than lower in the other."
    )


def _runs(found: Versus) -> Iterator[str]:
    wide = max(len("study"), *(len(view.study) for view in found.views))
    yield (
        f"{'study':<{wide}}  {'complete':>8}  {'failed':>6}  {'front':>5}  {'hypervolume':>11}"
        "  of its front undominated by any"
    )
    for view, shares, alone in zip(found.views, found.shares, found.alone, strict=True):
        share = f"{shares[-1][1]:.1%}" if shares else "-"
        yield (
            f"{view.study:<{wide}}  {len(view.searched):>8}  {len(view.failed):>6}"
            f"  {len(view.front):>5}  {share:>11}  {len(alone)} of {len(view.front)}"
        )
    yield (
        "hypervolume: share of the one rectangle between the worst and the best that any run saw"
        if any(found.shares)
        else "hypervolume: for two objectives that vary, alone"
    )


def _settings(found: Versus) -> Iterator[str]:
    if not found.settings:
        yield "all settings are alike"
        return
    wide = max(len(name) for name, _ in found.settings)
    columns = [
        max(len(view.study[:WIDEST]), *(len(_cut(values[place])) for _, values in found.settings))
        for place, view in enumerate(found.views)
    ]
    heads = (
        f"{view.study[:WIDEST]:<{column}}"
        for view, column in zip(found.views, columns, strict=True)
    )
    yield f"{'setting':<{wide}}  {'  '.join(heads)}".rstrip()
    for name, values in found.settings:
        cells = (f"{_cut(value):<{column}}" for value, column in zip(values, columns, strict=True))
        yield f"{name:<{wide}}  {'  '.join(cells)}".rstrip()


def _caution(found: Versus) -> Iterator[str]:
    said = caution(found)
    if said is not None:
        yield from ("", said)


def _cut(text: str) -> str:
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"
