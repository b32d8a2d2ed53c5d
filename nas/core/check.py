"""A quick look at whether a space keeps the protocol, before a search is built on it."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite, prod
from typing import Any

from nas.core.cost import METRICS, Cost
from nas.core.draws import valid_genomes
from nas.core.errors import InputError
from nas.core.fidelity import Setting
from nas.core.guard import told
from nas.core.knob import Genome, Knob
from nas.core.space import SearchSpace


def check_space(name: str, space: SearchSpace) -> None:
    """InputError for what breaks the protocol: one line with the method and what was wrong.

    Looks at a handful of random genomes and the published members, some 50 ms for ACC-ViT. Nothing
    is built, and `cost_range`, which may take long, is left to the search.
    """
    look = _Look(name, space)
    knobs = look.knobs()
    look.size(knobs)
    for whose, configuration in look.published():
        genome = look.genome("encode", knobs, whose, configuration)
        look.same("encode", look.canonical(genome, knobs, whose), genome, f"{whose}: not canonical")
        look.configuration(configuration, genome, whose)
    for genome in valid_genomes(knobs, look.violation):
        whose = "a random genome"
        canonical = look.canonical(genome, knobs, whose)
        for given in (genome, canonical):
            configuration = look.ask("decode", given)
            back = look.ask("encode", configuration)
            look.same("encode", canonical, back, f"{whose}: does not give back what was decoded")
            look.configuration(configuration, canonical, whose)


@dataclass(frozen=True)
class _Look:
    """Asks a space, and complains of its answers."""

    name: str
    space: SearchSpace

    def ask(self, method: str, *arguments: Any) -> Any:
        """The answer of a method, or without arguments the value of a property."""
        try:
            value = getattr(self.space, method)
            return value(*arguments) if arguments else value
        except Exception as error:
            raise InputError(f"--space {self.name}: {method} raised {told(error)}") from error

    def expect(self, holds: bool, method: str, said: str) -> None:
        """InputError unless it holds."""
        if not holds:
            raise InputError(f"--space {self.name}: {method}: {said}")

    def knobs(self) -> tuple[Knob, ...]:
        """The knobs, with unique names and with choices that can be told apart."""
        knobs = self.ask("knobs")
        fine = isinstance(knobs, tuple) and knobs and all(isinstance(one, Knob) for one in knobs)
        self.expect(bool(fine), "knobs", "expected a tuple of nas.core.knob.Knob")
        for name, often in Counter(knob.name for knob in knobs).items():
            self.expect(isinstance(name, str) and name != "", "knobs", f"no name: {name!r}")
            self.expect(often == 1, "knobs", f"{often} of them are called {name}")
        for knob in knobs:
            fine = isinstance(knob.choices, tuple) and all(map(_plain, knob.choices))
            self.expect(
                fine,
                "knobs",
                f"{knob.name}: choices: expected a tuple of strings, whole or finite numbers and"
                f" booleans; got {knob.choices!r}",
            )
            self.expect(bool(knob.choices), "knobs", f"{knob.name}: has no choices")
            for told_apart in (set(knob.choices), {str(one).lower() for one in knob.choices}):
                self.expect(
                    len(told_apart) == len(knob.choices),
                    "knobs",
                    f"{knob.name}: choices are alike: {knob.choices}",
                )
        return tuple(knobs)

    def size(self, knobs: tuple[Knob, ...]) -> None:
        """A count of what the knobs can express."""
        size, most = self.ask("size"), prod(len(knob.choices) for knob in knobs)
        fine = _whole(size) and 0 < size <= most
        self.expect(fine, "size", f"expected a whole number, 1 to {most}; got {size!r}")

    def published(self) -> Iterator[tuple[str, Any]]:
        """Each published member with the words for it."""
        members = self.ask("published")
        self.expect(isinstance(members, Mapping), "published", "expected a mapping by name")
        for name, configuration in members.items():
            self.expect(isinstance(name, str), "published", f"no name: {name!r}")
            yield f"published {name}", configuration

    def violation(self, genome: Genome) -> str | None:
        """In words why a genome is not valid."""
        broken: str | None = self.ask("violation", genome)
        fine = broken is None or (isinstance(broken, str) and broken != "")
        self.expect(fine, "violation", f"expected a reason or None; got {broken!r}")
        return broken

    def canonical(self, genome: Genome, knobs: tuple[Knob, ...], whose: str) -> Genome:
        """The canonical genome, which must be valid and its own canonical form."""
        canonical = self.genome("canonical", knobs, whose, genome)
        broken = self.violation(canonical)
        self.expect(broken is None, "canonical", f"{whose}: its answer is not valid: {broken}")
        again = self.ask("canonical", canonical)
        self.same("canonical", canonical, again, f"{whose}: changes its own answer")
        return canonical

    def genome(self, method: str, knobs: tuple[Knob, ...], whose: str, given: Any) -> Genome:
        """A method's answer, which must hold one choice of every knob and nothing else."""
        genome = self.ask(method, given)
        fine = isinstance(genome, Mapping) and genome.keys() == {knob.name for knob in knobs}
        self.expect(fine, method, f"{whose}: expected a value for every knob, and no other")
        for knob in knobs:
            value = genome[knob.name]
            fine = _plain(value) and any(
                type(value) is type(choice) and value == choice for choice in knob.choices
            )
            self.expect(
                fine, method, f"{whose}: {knob.name} = {value!r} is not among {knob.choices}"
            )
        return dict(genome)

    def configuration(self, configuration: Any, canonical: Genome, whose: str) -> None:
        """There and back as a genome and as JSON, priced alike as a whole and in parts."""
        values = self.ask("to_dict", configuration)
        try:
            written = json.loads(json.dumps(values))
        except (TypeError, ValueError) as error:
            raise InputError(f"--space {self.name}: to_dict: {whose}: no JSON: {error}") from error
        self.expect(isinstance(written, dict), "to_dict", f"{whose}: expected a JSON object")
        back = self.ask("encode", self.ask("from_dict", written))
        self.same("from_dict", canonical, back, f"{whose}: does not give back what to_dict wrote")
        self._costs(configuration, whose)
        try:
            adapted = self.space.adapt(configuration, Setting())
        except InputError:  # an answer: the setting cannot hold it
            return
        except Exception as error:
            raise InputError(f"--space {self.name}: adapt raised {told(error)}") from error
        self._costs(adapted, f"{whose} at {Setting().resolution} px")

    def same(self, method: str, wanted: Genome, got: Any, said: str) -> None:
        """InputError with the first knob that differs, unless two genomes are one."""
        self.expect(isinstance(got, Mapping), method, f"{said}; got {type(got).__name__}")
        changed = [name for name in wanted if name not in got or got[name] != wanted[name]]
        for name in [*changed, *(got.keys() - wanted.keys())]:
            difference = f"{name}: {wanted.get(name)!r}, then {got.get(name)!r}"
            self.expect(False, method, f"{said}; {difference}")

    def _costs(self, configuration: Any, whose: str) -> None:
        cost, parts = self.ask("cost", configuration), self.ask("stage_costs", configuration)
        self.expect(_counts(cost), "cost", f"{whose}: expected whole numbers; got {cost!r}")
        fine = isinstance(parts, Mapping) and all(map(_counts, parts.values()))
        self.expect(fine, "stage_costs", f"{whose}: expected whole numbers by stage")
        for metric in METRICS:
            whole, total = cost.of(metric), sum(part.of(metric) for part in parts.values())
            said = f"{whose}: {metric} sum to {total}, and cost says {whole}"
            self.expect(whole == total, "stage_costs", said)


def _plain(value: Any) -> bool:
    """What a genome may hold, and JSON and Optuna keep as it is."""
    return isinstance(value, str | int) or (isinstance(value, float) and isfinite(value))


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _counts(cost: Any) -> bool:
    return isinstance(cost, Cost) and all(
        _whole(cost.of(metric)) and cost.of(metric) >= 0 for metric in METRICS
    )
