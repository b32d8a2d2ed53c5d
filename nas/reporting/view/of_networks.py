"""A run of trainings as a view: replicate means, costs at the target, noise, published members."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nas.core.chain import Chain
from nas.core.errors import InputError
from nas.core.fidelity import Setting
from nas.core.knob import Genome, Knob
from nas.core.objective import Objective
from nas.core.space import Configuration, SearchSpace
from nas.reporting.front import FrontMember, front
from nas.reporting.imagenet import family_of
from nas.reporting.noise import Noise, noise
from nas.reporting.published import Published, published, standing
from nas.reporting.replicates import mean_accuracy, replicates
from nas.reporting.view.network_measures import COSTS, MEASURES
from nas.reporting.view.nouns import Failed, NothingToShow, Sample, View
from nas.study.record import Record
from nas.study.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Networks:
    """What a run of trainings holds."""

    study: str
    settings: Settings
    space: SearchSpace
    records: Sequence[Record]
    objectives: Sequence[Objective]
    facts: Mapping[str, str]


def view_of_networks(run: Networks) -> View:
    """Raises NothingToShow where no trial of the search is complete, and InputError where one is no
    member of the space.
    """
    _check_members(run)
    spread = noise(run.records)
    samples = (*_searched(run, spread), *_published(run, spread))
    failed = tuple(_failed(run.records))
    if not any(sample.role == "search" for sample in samples):
        raise NothingToShow(run.study, failed)
    knobs = _narrowed(run.space.knobs, run.settings.choices)
    return View(
        study=run.study,
        title=f"{run.space.name} on {_data(run.settings)}",
        setting=str(run.settings.fidelity),
        objectives=tuple(run.objectives),
        target="accuracy",
        costs=COSTS,
        measures=tuple(one for one in MEASURES if any(one.name in s.values for s in samples)),
        knobs=knobs,
        samples=samples,
        failed=failed,
        noise=None if spread is None else (spread.sd, spread.dof),
        facts=run.facts,
        settings=run.settings.to_dict(),
        chain=_chain(run, knobs),
        running=sum(one.role == "search" and one.state == "RUNNING" for one in run.records),
        parts=lambda genome: run.space.stage_costs(_at_target(run, genome)),
        build=lambda genome: run.space.build(_at_target(run, genome)),
        imagenet=_as_published(run.settings.target),
        family=family_of(run.space.name),
    )


def _at_target(run: Networks, genome: Genome) -> Configuration:
    return run.space.adapt(run.space.decode(genome), run.settings.target)


def _check_members(run: Networks) -> None:
    for record in run.records:
        broken = run.space.violation(record.genome)
        if broken is not None:
            raise InputError(
                f"{run.study}: trial {record.number} is not of the space {run.space.name} as it is"
                f" now: {broken}; look at it with the version that made it"
            )


def _as_published(target: Setting) -> bool:
    return (target.resolution, target.classes, target.channels) == (224, 1000, 3)


def _data(settings: Settings) -> str:
    hardened = settings.data.distortion
    return settings.data.source + ("" if hardened == "none" else f" ({hardened})")


def _narrowed(knobs: Iterable[Knob], choices: Mapping[str, tuple[object, ...]]) -> tuple[Knob, ...]:
    return tuple(
        Knob(name=knob.name, choices=choices.get(knob.name, knob.choices), ordered=knob.ordered)  # type: ignore[arg-type]
        for knob in knobs
    )


def _chain(run: Networks, knobs: Sequence[Knob]) -> Chain | None:
    make = getattr(run.space, "chain", None)
    if make is None:
        return None
    found: Chain = make({knob.name: knob.choices for knob in knobs}, run.settings.target)
    return found


def _searched(run: Networks, spread: Noise | None) -> Iterator[Sample]:
    members = {member.key: member for member in front(run.records, run.objectives)}
    groups = replicates(run.records)
    told: set[str] = set()
    for record in sorted(run.records, key=lambda record: record.number):
        if record.role != "search" or not record.complete or record.key in told:
            continue
        told.add(record.key)
        group = groups[record.key]
        member = members.get(record.key)
        yield Sample(
            number=record.number,
            name=f"trial {record.number}",
            role="search",
            genome=record.genome,
            values={**_values(run, record), "accuracy": mean_accuracy(group)},
            replicates=len(group),
            error=None if spread is None else spread.error(len(group)),
            front=member is not None,
            separable=None if member is None else member.separable,
            remark=None if member is None else _remark(member),
        )


def _remark(member: FrontMember) -> str:
    if member.cheapest:
        return "the cheapest of the front"
    if member.separable is None:
        return "on the front"
    words = "beyond" if member.separable else "within"
    return f"on the front; gain over the next cheaper {words} noise"


def _published(run: Networks, spread: Noise | None) -> Iterator[Sample]:
    members = front(run.records, run.objectives)
    for known in published(run.records):
        yield _known(run, known, standing(known, members, run.objectives, spread)[0], spread)


def _known(run: Networks, known: Published, remark: str, spread: Noise | None) -> Sample:
    return Sample(
        number=known.record.number,
        name=known.label,
        role="published",
        genome=known.record.genome,
        values={**_values(run, known.record), "accuracy": known.accuracy},
        replicates=known.replicates,
        error=None if spread is None else spread.error(known.replicates),
        remark=f"published, trained alike; {remark}",
    )


def _failed(records: Iterable[Record]) -> Iterator[Failed]:
    for record in sorted(records, key=lambda record: record.number):
        if record.role == "search" and record.state == "FAIL":
            kind, _, message = (record.failure or "error: unknown").partition(": ")
            yield Failed(
                number=record.number,
                kind=kind,
                message=message,
                genome=record.genome,
                values={name: float(getattr(record, name)) for name in COSTS},
            )


def _values(run: Networks, record: Record) -> dict[str, float]:
    values = {name: float(getattr(record, name)) for name in COSTS}
    activations = run.space.cost(_at_target(run, record.genome)).activations
    measured = {
        "activations": activations,
        "memory": record.peak_memory_bytes,
        "seconds": record.seconds,
    }
    return values | {name: float(value) for name, value in measured.items() if value}
