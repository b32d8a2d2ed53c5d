"""What each knob does among networks of like cost, with what can be said of it from few trials.

For each knob by itself, over the n complete trials,

    y = a + sum_c b_c log(cost_c) + e x,

with x = 1 where an unordered knob has the value in question, and x from 0 to 1 over the values
tried of an ordered one. e is the effect; its interval is the middle 95 % of 1,000 bootstrap
samples of the trials.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nas.core.knob import Knob, Value
from nas.reporting.view.nouns import Sample, View, positive

Floats = NDArray[np.float64]
DRAWS = 1_000
LEAST = 8  # trials, below which nothing is said
SIDE = 3  # trials that must be on either side of a comparison
EXPLAINED = (
    "Difference in {target} among trials of like cost, for each knob by itself: a regression on"
    " {costs} and the knob; bars are 95 % bootstrap intervals over n = {n} trials. An arrow goes"
    " from the lowest value tried to the highest, = sets a value against all others. Other knobs"
    " vary freely, and of 20 changes without any effect one bar misses zero by chance."
)


@dataclass(frozen=True, kw_only=True)
class Effect:
    """A change of one knob and what the target gains by it, in the target's plain unit.

    change: of several knobs where the trials changed them together.
    n: trials on the smaller side: with the value or without it, in the upper or lower half.
    """

    change: str
    gain: float
    low: float
    high: float
    n: int

    @property
    def clear(self) -> bool:
        """Whether the interval misses zero."""
        return self.low > 0 or self.high < 0


def effects(view: View) -> tuple[Effect, ...]:
    """The surest first, by how far the interval's nearer end is from zero; () for few trials."""
    samples = view.searched
    if len(samples) < LEAST:
        return ()
    y = np.array([sample.values[view.target] for sample in samples])
    base = costs_of(view, samples)
    weights = np.random.default_rng(0).multinomial(
        len(samples), np.full(len(samples), 1 / len(samples)), size=DRAWS
    )
    asked: dict[bytes, tuple[list[str], Floats]] = {}
    for knob in view.knobs:
        for change, x in _contrasts(knob, samples):  # the same trials may differ in two knobs
            asked.setdefault(x.tobytes(), ([], x))[0].append(f"{knob.name}{change}")
    found = [_effect(" and ".join(what), x, base, y, weights) for what, x in asked.values()]
    return tuple(sorted(filter(None, found), key=_sureness, reverse=True))


def explained(view: View) -> str:
    """The method in a sentence or two."""
    logs = [f"log {view.measure(name).label}" for name in used_costs(view, view.searched)]
    return EXPLAINED.format(
        target=view.measure(view.target).label,
        costs=" and ".join(logs) or "no cost, for none is known",
        n=len(view.searched),
    )


def used_costs(view: View, samples: Sequence[Sample]) -> tuple[str, ...]:
    """Costs that have a logarithm and vary; FLOPs only repeat MACs."""
    names = [name for name in view.costs if name != "flops" and name != view.target]
    return tuple(
        name
        for name in names
        if positive(samples, name) and len({sample.values[name] for sample in samples}) > 1
    )


def costs_of(view: View, samples: Sequence[Sample]) -> Floats:
    """Their logarithms, n c, each centred on its mean."""
    names = used_costs(view, samples)
    table: Floats = np.empty((len(samples), len(names)))
    for place, name in enumerate(names):
        table[:, place] = np.log([sample.values[name] for sample in samples])
    return np.asarray(table - table.mean(axis=0))


def _contrasts(knob: Knob, samples: Sequence[Sample]) -> Iterator[tuple[str, Floats]]:
    """Each change worth asking about, with x for every sample."""
    values = [sample.genome[knob.name] for sample in samples]
    tried = [choice for choice in knob.choices if choice in values]
    if len(tried) < 2:
        return
    if knob.ordered:
        places = np.array([tried.index(value) for value in values]) / (len(tried) - 1)
        if _smaller(places) >= SIDE:
            yield f": {tried[0]} → {tried[-1]}", places
        return
    asked: Sequence[Value] = tried[1:] if len(tried) == 2 else tried
    for choice in asked:
        x = np.array([float(value == choice) for value in values])
        if _smaller(x) >= SIDE:
            yield (f": {tried[0]} → {choice}" if len(tried) == 2 else f" = {choice}"), x


def _smaller(x: Floats) -> int:
    """Samples on the smaller side of the middle."""
    upper = int((x > 0.5).sum())
    return min(upper, len(x) - upper)


def _effect(
    change: str, x: Floats, base: Floats, y: Floats, weights: NDArray[np.int64]
) -> Effect | None:
    """None where no bootstrap sample holds both sides."""
    design = np.column_stack([np.ones(len(y)), base, x])
    gain = float(np.linalg.lstsq(design, y, rcond=None)[0][-1])
    drawn = _drawn(design, y, weights)
    if not len(drawn):
        return None
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Effect(change=change, gain=gain, low=float(low), high=float(high), n=_smaller(x))


def _drawn(design: Floats, y: Floats, weights: NDArray[np.int64]) -> Floats:
    """The effect in each bootstrap sample in which both sides occur."""
    x = design[:, -1]
    either = ((weights * (x > 0)).sum(axis=1) > 0) & ((weights * (x < 1)).sum(axis=1) > 0)
    used = weights[either].astype(float)
    size = design.shape[1]
    squares = (design[:, :, None] * design[:, None, :]).reshape(len(y), -1)
    gram = (used @ squares).reshape(-1, size, size)
    right = used @ (design * y[:, None])
    solved = np.linalg.pinv(gram, hermitian=True) @ right[..., None]
    return np.asarray(solved[:, -1, 0])


def _sureness(effect: Effect) -> float:
    """How far the interval stays from zero; negative where it holds zero."""
    nearer = max(effect.low, -effect.high)
    return nearer / (effect.high - effect.low or 1.0)
