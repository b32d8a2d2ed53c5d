"""From a sampler's proposal to a trial in the storage that is this driver's alone.

Without a `lag` the sampler knows all that has ended anywhere. With one, the proposal of position n
rests on the outcomes up to position n - lag and on nothing else, in whatever order trainings end:
the same search with one worker or with many.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial, Trial

from nas.core.errors import InputError
from nas.core.objective import Direction
from nas.samplers.proposal import KEY, distributions
from nas.study.book import FAILURE, INTERRUPTED, Book, Claim, is_interrupted
from nas.study.shadow import Shadow
from nas.windows import Member, Region

POSITION = "position"  # user attribute, where there is a lag: a trial's place in the fixed order
REFUSED = "refused"  # how a queued trial fails that was no member, and so never tried
FIXED = "fixed_params"  # system attribute: the values that a queued trial was given
Pause = Literal["exhausted", "wait"]  # no member is left; an earlier trial must end first
_Known = Callable[[Member], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A trial under way."""

    trial: FrozenTrial
    member: Member


class Proposals:
    """Begins trials, as the sampler proposes or the queue holds them."""

    def __init__(
        self, book: Book, region: Region, *, directions: Sequence[Direction], lag: int | None = None
    ) -> None:
        self._book = book
        self._region = region
        self._distributions = distributions(region)
        self._directions = tuple(directions)
        self._shadow = Shadow(directions, self._distributions)
        self._lag = lag
        self._attempts: dict[int, FrozenTrial] = {}  # by position, but those cut short
        self._positions = 0
        self._shown = 0  # positions whose outcome the sampler knows

    def use(self, sampler: BaseSampler) -> None:
        """Let `sampler` propose from now on. InputError where it would not propose the same."""
        if self._lag is not None:
            self._shadow, self._shown = Shadow(self._directions, self._distributions), 0
        self._shadow.use(sampler)
        if self._lag is not None:
            self._repeat()

    def seen(self, trials: Sequence[FrozenTrial]) -> None:
        """Trials that began or ended, in order."""
        for trial in trials:
            if self._lag is None:
                self._shadow.follow(trial.number, trial)
            elif POSITION in trial.user_attrs and not is_interrupted(trial):
                self._attempts[trial.user_attrs[POSITION]] = trial

    def begin(self, known: _Known, *, most: int | None = None) -> Begun | Pause | None:
        """The next trial, with what is `known` of its member; None where it is worth asking again.

        `most`: begin none beyond so many that are complete or under way, in any driver.
        """
        for queued in self._book.queued():
            return self._go_on(queued, known, most)
        position = self._positions
        if self._lag is not None and not self._show(position - self._lag):
            return "wait"
        try:
            proposed = self._shadow.ask()
        except LookupError as error:
            if type(error) is not LookupError:  # a KeyError is a defect, not an answer
                raise
            return "exhausted"
        member = self._region.admit(proposed.params)
        if not isinstance(member, Member):
            raise AssertionError(f"the sampler left the region: {member}")
        user = known(member) | ({} if self._lag is None else {POSITION: position})
        claim = Claim(
            params=member.genome,
            distributions=self._distributions,
            user=user,
            system=self._shadow.system_attributes(proposed),
        )
        trial = self._book.claim(claim, most=most)
        if trial is None:
            self._shadow.drop(proposed, {FAILURE: INTERRUPTED})
            return None
        self._bind(trial, proposed, user)
        return Begun(trial=trial, member=member)

    def _bind(self, trial: FrozenTrial, proposed: Trial, user: dict[str, Any]) -> None:
        if self._lag is None:
            self._shadow.bind(trial.number, proposed, user)
        else:
            self._shadow.bind(self._positions, proposed, user)
            self._positions += 1

    def _go_on(self, queued: FrozenTrial, known: _Known, most: int | None) -> Begun | None:
        """A trial from the queue; refused by name where it is none of the region's."""
        if self._lag is not None and POSITION not in queued.user_attrs:  # the sampler is not asked
            self._refuse(queued, "a deterministic search tries only what it proposes itself")
            return None
        fixed = queued.system_attrs.get(FIXED, {})
        proposed = None
        try:
            if len(fixed) < len(self._distributions):
                proposed = self._shadow.ask(fixed)
            member = self._region.admit(fixed if proposed is None else proposed.params)
        except (ValueError, KeyError) as error:  # a value or a name that is none of the space's
            member = " ".join(str(error).split())
        if proposed is not None:  # the sampler hears of it as of another driver's
            self._shadow.drop(proposed, {FAILURE: INTERRUPTED})
        if not isinstance(member, Member):
            self._refuse(queued, member)
            return None
        kept = {POSITION: queued.user_attrs[POSITION]} if self._lag is not None else {}
        claim = Claim(
            params=member.genome,
            distributions=self._distributions,
            user=known(member) | kept,
            system={},
        )
        # A trial of its own: of two drivers that see the same one waiting, one withdraws.
        trial = self._book.claim(claim, most=most)
        if trial is not None or self._book.holds(claim):
            self._book.end(queued, {FAILURE: INTERRUPTED})
        return None if trial is None else Begun(trial=trial, member=member)

    def _refuse(self, queued: FrozenTrial, why: object) -> None:
        self._book.end(queued, {FAILURE: f"{REFUSED}: {why}"})

    def _show(self, last: int) -> bool:
        """Let the sampler know the outcomes up to a position; False while one is still open."""
        while self._shown <= last:
            trial = self._attempts.get(self._shown)
            if trial is None or not trial.state.is_finished():
                return False
            self._shadow.follow(self._shown, trial)
            self._shown += 1
        return True

    def _repeat(self) -> None:
        """Ask the sampler again for all that it has proposed, so that it stands where it stood."""
        attempts: dict[int, list[FrozenTrial]] = {}
        for trial in sorted(self._book.trials(), key=lambda trial: trial.number):
            if POSITION in trial.user_attrs:
                attempts.setdefault(trial.user_attrs[POSITION], []).append(trial)
        for position in range(len(attempts)):
            if position not in attempts:
                raise InputError(
                    f"no trial of this deterministic study is its {position + 1}th; it cannot"
                    " go on; choose another --study"
                )
            tried = attempts[position]
            genome = tried[0].params or tried[0].system_attrs[FIXED]
            self._show(position - (self._lag or 0))
            proposed = self._shadow.ask()
            if dict(proposed.params) != dict(genome):
                raise InputError(
                    f"trial {tried[0].number} of this deterministic study would be proposed"
                    " otherwise today; go on with the versions in run.json, or choose another"
                    " --study"
                )
            user = {KEY: tried[0].user_attrs[KEY], POSITION: position}
            self._shadow.bind(position, proposed, user)
            if all(is_interrupted(trial) for trial in tried):
                self._book.queue(genome, user)
        self._positions = len(attempts)
