"""The front as plain text, at most 100 columns wide."""

from collections.abc import Iterator, Sequence

from nas.core.cost import human
from nas.core.objective import Objective
from nas.reporting.brief import differing, summary
from nas.reporting.front import FrontMember, front
from nas.reporting.noise import Noise, noise
from nas.reporting.published import Published, published, standing
from nas.study.record import Record

WIDTH = 100
_LAST = "knobs that differ"
_ROW = "{name:>10}  {params:>7}  {macs:>7}  {accuracy:<16}  {n:>2}  {rest}"


def front_text(records: Sequence[Record], objectives: Sequence[Objective]) -> str:
    """The front, the published members beneath it, and what the noise allows to say."""
    members, spread = front(records, objectives), noise(records)
    if not members:
        return "no complete trial yet, so no front"
    lines = [_header(), *_front_rows(members, spread)]
    known = published(records)
    if known:
        lines += ["", *(_published_row(one, members, objectives, spread) for one in known)]
    return "\n".join(line.rstrip() for line in [*lines, "", *_notes(members, spread)])


def _header() -> str:
    return _ROW.format(
        name="trial", params="params", macs="MACs", accuracy="accuracy", n="n", rest=_LAST
    )


def _front_rows(members: Sequence[FrontMember], spread: Noise | None) -> Iterator[str]:
    names = differing(member.genome for member in members)
    room = WIDTH - len(_header()) + len(_LAST)
    for member in members:
        yield _ROW.format(
            name=member.number,
            params=human(member.params),
            macs=human(member.macs),
            accuracy=_accuracy(member.accuracy, member.replicates, spread)
            + ("*" if member.separable is False else ""),
            n=member.replicates,
            rest=summary(member.genome, names, room),
        )


def _published_row(
    member: Published,
    members: Sequence[FrontMember],
    objectives: Sequence[Objective],
    spread: Noise | None,
) -> str:
    return _ROW.format(
        name=_shortened(member.label, 10),
        params=human(member.record.params),
        macs=human(member.record.macs),
        accuracy=_accuracy(member.accuracy, member.replicates, spread),
        n=member.replicates,
        rest=f"published; {_standing(member, members, objectives, spread)}",
    )


def _standing(
    member: Published,
    members: Sequence[FrontMember],
    objectives: Sequence[Objective],
    spread: Noise | None,
) -> str:
    words, best = standing(member, members, objectives, spread)
    return (
        words if best is None else words.replace("dominated", f"dominated by trial {best.number}")
    )


def _notes(members: Sequence[FrontMember], spread: Noise | None) -> Iterator[str]:
    if spread is None:
        yield "noise: unknown; no network was trained with two seeds, so close members may be equal"
        return
    degrees = "1 degree" if spread.dof == 1 else f"{spread.dof} degrees"
    line = f"noise: seed SD {spread.sd:.2g} ({degrees} of freedom), ± is SD/√n"
    if len(members) < 2:
        yield line
        return
    yield f"{line};"
    few = any(member.separable is False for member in members)
    told = "* marks members not" if few else "each member is"
    yield f"{told} separable from the next cheaper one; the cheapest has none to be told from"


def _accuracy(mean: float, n: int, spread: Noise | None) -> str:
    return f"{mean:.4f}" if spread is None else f"{mean:.4f} ± {spread.error(n):.4f}"


def _shortened(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
