"""Evaluations of a space that brings its own, carried out once more."""

import argparse
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from io import StringIO

from optuna.storages import InMemoryStorage

from nas.core.errors import InputError
from nas.core.evaluated import EvaluatedSpace
from nas.core.evaluated_check import cost_of
from nas.searching.arguments import parse
from nas.searching.evaluated_search import find_evaluated, search_of
from nas.searching.replayed import Trial, numbers, repeatable
from nas.study.evaluated import Row, measured_row
from nas.study.proposals import REFUSED
from nas.study.run import Run
from nas.study.settings import differences


def known_evaluations(run: Run, *, in_order: bool) -> tuple[list[Trial], int]:
    """Those that were tried, in order, and how many more there are that cannot be repeated."""
    tried = [trial for trial in map(_trial, run.rows) if trial.result != REFUSED]
    return repeatable(tried, in_order=in_order)


def _trial(row: Row) -> Trial:
    kind = (row.failure or "").partition(":")[0]  # words may name an address, or a place reached
    return Trial(row.number, row.genome, kind or numbers(row.costs | row.measured, row.values))


def _asked(run: Run) -> argparse.Namespace:
    """What its command asks for; InputError where that is no search."""
    said = StringIO()
    try:
        with redirect_stdout(StringIO()), redirect_stderr(said):
            args = parse(run.content.get("command", []))
    except SystemExit as error:
        why = said.getvalue().removeprefix("error: ").strip() or "it asks for help"
        raise InputError(f"{run.folder / 'run.json'}: its command is no search: {why}") from error
    if args.space is None:
        raise InputError(f"{run.folder / 'run.json'}: its command is no search, but a replay")
    return args


def evaluate_again(run: Run, known: list[Trial]) -> list[Trial]:
    """As many as are known: the search from its beginning, or each by itself."""
    args = _asked(run)
    space = find_evaluated(args)
    if not isinstance(space, EvaluatedSpace):
        raise InputError(f"{run.folder / 'run.json'}: its command names no space that evaluates")
    search = search_of(space, args)
    if differing := differences(run.settings, search.settings.to_dict()):
        raise InputError(f"{run.folder / 'run.json'}: not of its command: {'; '.join(differing)}")
    if "lag" not in run.settings:
        rows = (
            measured_row(
                space, trial.number, trial.genome, search.objectives, seconds=run.trial_seconds
            )
            for trial in known
        )
        return [_trial(replace(row, costs=cost_of(space, row.genome))) for row in rows]
    study = search.study(InMemoryStorage(), run.name, alone=True, seconds=run.trial_seconds)
    study.use(lambda count: search.sampler(seed=search.settings.seed, known=count))
    while len(study.rows()) < len(known) and study.step(most=len(known)) != "exhausted":
        pass
    return [_trial(row) for row in study.rows()]
