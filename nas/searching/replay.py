"""A search carried out once more, beside its records: is everything as it was written down?"""

import argparse
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

from nas.core.errors import InputError
from nas.searching.replayed import Trial, difference
from nas.searching.replayed_evaluations import evaluate_again, known_evaluations
from nas.searching.replayed_trainings import known_trainings, one_by_one, search_again
from nas.searching.versions import versions
from nas.study.run import Run, read_any, read_run
from nas.study.settings import differences

_DIED = "in each of which the search's process died"
_GAP = f"from the first on that has not ended, or {_DIED}"


def replay(folder: Path, args: argparse.Namespace) -> int:
    """Say what is the same; the exit code: 0 if everything is, 1 if anything differs.

    A deterministic search is proposed and evaluated again from its beginning, with any number of
    workers. Any other has its trials repeated one by one.
    """
    run = read_any(folder, args.storage)
    _check_settings(run)
    in_order = "lag" in run.settings
    _tell_versions(run)
    if not in_order:
        print("this search was asynchronous: its trials are repeated, its proposals are not")
    if "costs" in run.settings:
        known, left = known_evaluations(run, in_order=in_order)
        known = _some(folder, known, args)
        again = evaluate_again(run, known)
    else:
        run = read_run(folder, args.storage)
        known, left = known_trainings(run, in_order=in_order)
        known = _some(folder, known, args)
        again = search_again(run, len(known), args) if in_order else list(one_by_one(run, known))
        if beside := sum(record.ended and record.role != "search" for record in run.records):
            print(f"left out: {beside} trainings beside the search, which the noise is taken from")
    if left:
        print(f"left out: {left} trials, {_GAP if in_order else _DIED}")
    return _verdict(known, again, in_order=in_order) or int(in_order and bool(left))


def _check_settings(run: Run) -> None:
    """InputError where run.json does not say what the study does."""
    if differing := differences(run.noted_settings, run.settings):
        raise InputError(
            f"{run.folder / 'run.json'}: its settings are not the study's: {'; '.join(differing)}"
        )


def _some(folder: Path, known: list[Trial], args: argparse.Namespace) -> list[Trial]:
    """As many as are asked for."""
    if not known:
        raise InputError(f"--replay {folder}: no trial of this run has ended; nothing to repeat")
    return known[: args.trials]


def _tell_versions(run: Run) -> None:
    then = run.content.get("versions", {})
    for name, now in versions().items():
        if then.get(name, now) != now:
            print(f"note: {name} was {then[name]} then and is {now} now")


def _verdict(known: Sequence[Trial], again: Sequence[Trial], *, in_order: bool) -> int:
    pairs = list(zip_longest(known, again))
    proposed = sum(_proposed(*pair) for pair in pairs)
    resulted = sum(_same(*pair) for pair in pairs)
    different = next((pair for pair in pairs if not _same(*pair)), None)
    if different is not None:
        print(f"first difference: {_difference(*different)}")
    said = f"{proposed} of {len(known)} proposals and " if in_order else ""
    print(f"the same: {said}{resulted} of {len(known)} results")
    return 0 if different is None else 1


def _proposed(then: Trial | None, now: Trial | None) -> bool:
    return then is not None and now is not None and then.genome == now.genome


def _same(then: Trial | None, now: Trial | None) -> bool:
    return _proposed(then, now) and then.result == now.result  # type: ignore[union-attr]


def _difference(then: Trial | None, now: Trial | None) -> str:
    if then is None or now is None:
        missing = "then" if then is None else "now"
        return f"trial {(then or now).number} was not proposed {missing}"  # type: ignore[union-attr]
    for name, value in then.genome.items():
        if now.genome.get(name) != value:
            return f"trial {then.number}: {name} = {value} then, {now.genome.get(name)} now"
    return f"trial {then.number}: {difference(then.result, now.result)}"
