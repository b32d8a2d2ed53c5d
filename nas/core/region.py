"""The part of a space that a search may propose: knobs narrowed, a budget, priced at the target."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from math import prod

from nas.core.budget import Budget
from nas.core.cost import METRICS, Cost, Metric, human
from nas.core.errors import InputError
from nas.core.fidelity import Fidelity, Setting
from nas.core.knob import Genome, Knob, Value
from nas.core.space import Choices, SearchSpace, key_of

ENUMERABLE = 50_000  # below so many genomes all are listed; above, they are drawn
GENOMES = 500  # whose fitness for a fidelity speaks for all
DRAWS = 20_000  # draws without an unseen member after which a search is told "undecided"


@dataclass(frozen=True)
class Member:
    """One admissible network: its canonical genome, key, and cost at the target."""

    genome: dict[str, Value]
    key: str
    cost: Cost


def _always(genome: Genome) -> str | None:
    """No reason against any genome."""


@dataclass(frozen=True, kw_only=True)
class Region:
    """Space x choices x budget at a target setting; all that a sampler proposes passes `admit`."""

    space: SearchSpace
    choices: Choices
    budget: Budget
    target: Setting
    representable: Callable[[Genome], str | None] = field(default=_always)

    @cached_property
    def knobs(self) -> tuple[Knob, ...]:
        """The knobs with the choices left to them, in the space's order."""
        return tuple(
            Knob(name=knob.name, choices=self.choices[knob.name], ordered=knob.ordered)
            for knob in self.space.knobs
        )

    def admit(self, genome: Genome) -> Member | str:
        """The member a genome stands for, or in words why it is none."""
        broken = self.space.violation(genome)
        if broken is not None:
            return broken
        canonical = self.space.canonical(genome)
        for name, value in canonical.items():
            if value not in self.choices[name] and not self._dead(name, canonical):
                return f"{name} = {value} is not among the choices"
        cost = self.space.cost(self.space.adapt(self.space.decode(canonical), self.target))
        if not self.budget.admits(cost):
            return (
                f"{human(cost.params)} parameters, {human(cost.macs)} MACs: outside {self.budget}"
            )
        unfit = self.representable(canonical)
        return unfit if unfit is not None else Member(canonical, key_of(canonical), cost)

    def _dead(self, name: str, canonical: dict[str, Value]) -> bool:
        """Whether a knob has no effect there: a value left to it makes the same network."""
        others = ({**canonical, name: choice} for choice in self.choices[name])
        return any(
            self.space.violation(other) is None and self.space.canonical(other) == canonical
            for other in others
        )

    def draw(self, rng: random.Random, seen: set[str]) -> Member | None:
        """An unseen member, uniform over genomes; None when none is left or none was found."""
        if self.members is not None:
            unseen = [member for member in self.members if member.key not in seen]
            return rng.choice(unseen) if unseen else None
        for _ in range(DRAWS):
            member = self.admit({knob.name: rng.choice(knob.choices) for knob in self.knobs})
            if isinstance(member, Member) and member.key not in seen:
                return member
        return None

    def has_unseen(self, seen: set[str]) -> bool:
        """Whether an unseen member is left, as far as `draw` can tell."""
        return self.draw(random.Random(len(seen)), seen) is not None

    @cached_property
    def members(self) -> tuple[Member, ...] | None:
        """All members where the genomes are few enough to list, else None."""
        if prod(len(knob.choices) for knob in self.knobs) > ENUMERABLE:
            return None
        found = (self.admit(genome) for genome in self._genomes())
        return tuple({item.key: item for item in found if isinstance(item, Member)}.values())

    def _genomes(self) -> Iterator[Genome]:
        names = [knob.name for knob in self.knobs]
        for values in product(*(knob.choices for knob in self.knobs)):
            yield dict(zip(names, values, strict=True))

    @cached_property
    def cost_range(self) -> Mapping[Metric, tuple[int, int]]:
        """Smallest and largest cost of the narrowed space, whatever the budget."""
        return self.space.cost_range(self.choices, self.target)

    def check(self) -> None:
        """InputError if the budget cannot be met, naming the bound and the real range."""
        reach = self.cost_range  # also without bounds: it finds choices that exclude each other
        for bound in self.budget.bounds:
            least, most = reach[bound.metric]
            outside = (bound.low is not None and bound.low > most) or (
                bound.high is not None and bound.high < least
            )
            if outside:
                raise InputError(
                    f"{bound}: no configuration; {self.space.name} reaches"
                    f" {bound.metric} {human(least)}-{human(most)} here"
                )
        self._check_fidelity()
        if self.draw(random.Random(0), set()) is None:
            raise InputError(self._nothing())

    def _check_fidelity(self) -> None:
        """InputError if of many valid genomes none can be trained: a quick answer to a slip."""
        rng, reasons = random.Random(0), []
        for _ in range(GENOMES):
            genome = {knob.name: rng.choice(knob.choices) for knob in self.knobs}
            if self.space.violation(genome) is None:
                reasons.append(self.representable(self.space.canonical(genome)))
        if reasons and None not in reasons:
            raise InputError(f"no configuration can be trained at this fidelity: {reasons[0]}")

    def _nothing(self) -> str:
        untrainable = replace(self, representable=_always).draw(random.Random(0), set())
        if untrainable is not None:
            reason = self.representable(untrainable.genome)
            return (
                f"{self.budget}: no configuration found can be trained at this fidelity: {reason}"
            )
        ranges = ", ".join(
            f"{metric} {human(self.cost_range[metric][0])}-{human(self.cost_range[metric][1])}"
            for metric in METRICS
            if any(bound.metric == metric for bound in self.budget.bounds)
        )
        if self.members is not None:
            return (
                f"{self.budget}: no configuration lies inside; the space reaches {ranges or 'none'}"
            )
        return (
            f"{self.budget}: none found in {DRAWS} draws (undecided, perhaps empty);"
            f" widen a bound; the space reaches {ranges}"
        )


def narrow(space: SearchSpace, fixed: list[str], choices: list[str]) -> Choices:
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


def fits_fidelity(space: SearchSpace, setting: Setting) -> Callable[[Genome], str | None]:
    """Whether a genome can be built at a proxy setting; the answer is the reason it cannot."""

    def reason(genome: Genome) -> str | None:
        try:
            space.adapt(space.decode(genome), setting)
        except InputError as error:
            return str(error)
        return None

    return reason


def proxy_setting(fidelity: Fidelity, *, classes: int, channels: int) -> Setting:
    """Where a proxy training puts a configuration: its pixels and widths, the data's classes."""
    return Setting(
        resolution=fidelity.resolution,
        classes=classes,
        channels=channels,
        width_scale=fidelity.width_scale,
        proxy=True,
    )


__all__ = [
    "Member",
    "Region",
    "fits_fidelity",
    "narrow",
    "proxy_setting",
]
