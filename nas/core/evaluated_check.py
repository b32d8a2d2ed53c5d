"""A quick look at a space that brings its own evaluation, and a guard of what it answers later."""

from __future__ import annotations

from collections.abc import Mapping
from math import isclose, isfinite
from typing import Any, NoReturn

from nas.core.draws import valid_genomes
from nas.core.errors import InputError
from nas.core.evaluated import EvaluatedSpace
from nas.core.guard import DefectiveSpaceError, told
from nas.core.knob import Genome, Knob

LARGEST = 1e150  # of a cost or a value: its square is finite
SAME = 1e-9  # part by which a cost may be another when it is measured again
CHOICES = 2000  # of a knob, at most: each has a bit in a model


class BadResultError(ValueError):
    """What a space measured is not what it was asked for."""


def check_evaluated(name: str, space: EvaluatedSpace) -> None:
    """InputError for what breaks the protocol: one line with the attribute and what was wrong."""
    for attribute in ("knobs", "objectives", "members"):
        try:
            getattr(space, attribute)
        except AttributeError as error:
            said = f"expected the attribute {attribute}; got {told(error)}"
            raise InputError(f"--space {name}: {said}") from error
        except Exception as error:
            raise InputError(f"--space {name}: {attribute} raised {told(error)}") from error
    if not isinstance(space.objectives, str):
        _refuse(name, "objectives", "expected words, such as error:min", space.objectives)
    if not isinstance(space.knobs, tuple | list) or not space.knobs:
        _refuse(name, "knobs", "expected one nas.core.knob.Knob or more", space.knobs)
    for knob in space.knobs:
        _check_knob(name, knob)
    names = [knob.name for knob in space.knobs]
    if len(set(names)) != len(names):
        _refuse(name, "knobs", "expected names that differ", names)
    if space.members is not None and not len(space.members):
        _refuse(name, "members", "expected one or more, or None", space.members)
    genomes = list(valid_genomes(space.knobs, lambda genome: violation_of(space, genome)))
    for genome in genomes or [space.first]:
        priced = cost_of(space, genome)
        weighed = {one.name for one in space.weighed(None)}
        if clash := set(names) & ({*priced} | weighed):
            _refuse(name, "knobs", "expected names that no objective or cost has", min(clash))
        if priced.keys() != {*space.priced}:
            _refuse(name, "cost", "expected the same names for every genome", ", ".join(priced))


def _check_knob(name: str, knob: object) -> None:
    if not isinstance(knob, Knob) or not isinstance(knob.name, str) or not knob.name:
        _refuse(name, "knobs", "expected nas.core.knob.Knob with a name", knob)
    fine = isinstance(knob.choices, tuple) and 0 < len(knob.choices) <= CHOICES
    if not fine:
        _refuse(name, f"knob {knob.name}", f"expected a tuple of 1 to {CHOICES} choices", "")
    for choice in knob.choices:
        if type(choice) not in (str, int, float, bool) or choice != choice:
            said = "expected strings, numbers and booleans as choices"
            _refuse(name, f"knob {knob.name}", said, choice)
    if len(set(knob.choices)) != len(knob.choices):  # 1 == 1.0 == True
        _refuse(name, f"knob {knob.name}", "expected choices that differ", knob.choices)


def cost_of(space: EvaluatedSpace, genome: Genome) -> dict[str, float]:
    """What the space says; DefectiveSpaceError where that is no mapping of names to numbers."""
    try:
        answer: Any = space.cost(genome)
        by_name = answer.items() if isinstance(answer, Mapping) else None
        priced = {name: float(value) for name, value in by_name or ()}
    except Exception as error:
        raise _defect(space, "cost", f"raised {told(error)}") from error
    if by_name is None:
        raise _defect(space, "cost", f"expected numbers by name; got {answer!r:.100}")
    for name, value in priced.items():
        if not isinstance(name, str) or not isfinite(value) or abs(value) > LARGEST:
            raise _defect(space, "cost", f"expected finite numbers by name; got {name}: {value}")
    return priced


def violation_of(space: EvaluatedSpace, genome: Genome) -> str | None:
    """What the space says; DefectiveSpaceError where that is neither words nor None."""
    try:
        broken = space.violation(genome)
    except Exception as error:
        raise _defect(space, "violation", f"raised {told(error)}") from error
    if broken is None or (isinstance(broken, str) and broken):
        return broken
    raise _defect(space, "violation", f"expected a reason or None; got {broken!r}")


def measured_by(
    space: EvaluatedSpace, genome: Genome, wanted: Mapping[str, object], costs: Mapping[str, float]
) -> dict[str, float]:
    """The wanted objectives as the space measures them; BadResultError for anything else.

    `costs` are what it has promised; where it measures one of them as well, it must be the same.
    What the space raises passes.
    """
    answer = space.evaluate(genome)
    if not isinstance(answer, Mapping):
        raise BadResultError(f"evaluate gave {answer!r:.100}; expected numbers by name")
    lacking = [name for name in wanted if name not in answer]
    if lacking:
        known = ", ".join(map(str, answer)) or "nothing"
        raise BadResultError(f"evaluate gave {known}; expected {', '.join(lacking)} as well")
    for name in costs.keys() & answer.keys():
        again, promised = _finite(name, answer[name]), costs[name]
        if not isclose(again, promised, rel_tol=SAME):
            raise BadResultError(
                f"evaluate gave {name} = {again:.12g}, but cost gave {promised:.12g}; expected the"
                " same, or no value from evaluate"
            )
    return {name: _finite(name, answer[name]) for name in wanted}


def _finite(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise BadResultError(f"{name} = {value!r:.100} is no number") from error
    if not isfinite(number) or abs(number) > LARGEST:
        raise BadResultError(f"{name} = {number} is not finite")
    return number


def _defect(space: EvaluatedSpace, method: str, said: str) -> DefectiveSpaceError:
    return DefectiveSpaceError(f"--space {space.name}: {method} {said}")


def _refuse(name: str, what: str, expected: str, got: object) -> NoReturn:
    raise InputError(f"--space {name}: {what}: {expected}; got {str(got)[:200]!r}")
