"""kill -9 at a few random instants; many: `python -m tests.faults`, with results.csv."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from nas.study.storage import open_storage
from tests.faults.judge import Seen, changed, disagreeing, repeated, unfinished, unsaid
from tests.faults.kill import disturb
from tests.faults.searches import SEARCHES
from tests.faults.stored import Trial, Trials, stored


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder with a short name: Ray's sockets lie in it."""
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        yield Path(folder).resolve()


@pytest.mark.parametrize(("search", "instants"), [("evaluated", 3), ("journal", 1), ("inline", 1)])
@pytest.mark.timeout(600)
def test_a_search_whose_process_is_killed_loses_and_repeats_nothing(
    search: str, instants: int, home: Path
) -> None:
    tally = disturb(SEARCHES[search], "driver", instants=instants, seed=0, home=home)
    assert tally.breaches == []
    assert tally.instants == instants


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", SEARCHES["ray"].kinds)
def test_a_search_by_ray_that_is_killed_in_part_loses_and_repeats_nothing(
    kind: str, home: Path
) -> None:
    tally = disturb(SEARCHES["ray"], kind, instants=3, seed=0, home=home)
    assert tally.breaches == []
    assert tally.instants == 3


WHOLE = Trial(state="COMPLETE", content={"key": '"a"', "value 0": 0.5})
DIED = Trial(state="FAIL", content={"key": '"b"', "failure": '"worker-died: so"'})
CUT = Trial(state="FAIL", content={"key": '"b"', "failure": '"interrupted"'})
SEEN = Seen(trials={("s", 0): WHOLE, ("s", 1): DIED, ("s", 2): CUT}, begun=Counter("ab"))


def beside(**trials: Trial) -> Trials:
    """The same trials, or others, and one in the other study."""
    return SEEN.trials | {("s", 0): trials.get("first", WHOLE), ("s", 3): trials.get("last", CUT)}


def wrong(seen: Seen, *, asked: int = 1, replicates: bool = False) -> list[str]:
    """At the end."""
    return [*unfinished(seen, "s", asked=asked, replicates=replicates), *repeated(seen.trials)]


def test_what_is_as_it_must_be_is_no_breach() -> None:
    assert list(changed(SEEN, replace(SEEN, trials=beside()))) == []
    assert wrong(SEEN) == []
    again = {**SEEN.trials, ("s.reference", 0): WHOLE}
    assert wrong(replace(SEEN, trials=again), replicates=True) == []
    died = replace(DIED, content={**DIED.content, "key": '"a"'})
    died_again = {**SEEN.trials, ("s.reference", 0): died}
    assert wrong(replace(SEEN, trials=died_again), replicates=True) == []
    assert len(wrong(SEEN, replicates=True)) == 1
    assert list(unsaid(SEEN.trials, "s", "failures: 1 worker-died")) == []


@pytest.mark.parametrize(
    "after",
    [
        *(
            replace(
                SEEN, trials={place: SEEN.trials[place] for place in SEEN.trials if place != lost}
            )
            for lost in SEEN.trials
        ),
        replace(SEEN, trials=beside(first=CUT)),
        replace(SEEN, trials=beside(first=replace(WHOLE, content={"key": '"a"'}))),
        replace(SEEN, begun=Counter("aab")),
    ],
)
def test_a_trial_that_is_lost_changed_or_begun_again_is_a_breach(after: Seen) -> None:
    assert len(list(changed(SEEN, after))) == 1


@pytest.mark.parametrize(
    "seen",
    [
        replace(SEEN, trials=beside(last=replace(WHOLE, state="RUNNING"))),
        replace(SEEN, trials=beside(last=replace(WHOLE, state="WAITING"))),
        replace(SEEN, trials=beside(last=replace(DIED, content={"failure": '"error: so"'}))),
        replace(SEEN, trials=beside(last=replace(DIED, content={}))),
        replace(SEEN, trials={("s", 1): DIED}),
        replace(SEEN, begun=Counter("b")),
        replace(SEEN, trials={**SEEN.trials, ("s.reference", 0): replace(WHOLE, state="RUNNING")}),
    ],
)
def test_what_is_not_over_missing_or_without_a_name_is_a_breach(seen: Seen) -> None:
    assert len(wrong(seen)) == 1


def test_what_is_paid_for_twice_is_a_breach() -> None:
    twice = {("s.reference", 0): WHOLE, ("s.reference", 1): WHOLE}
    assert list(repeated(twice))
    assert list(repeated({("s", 0): WHOLE, ("s.reference", 0): WHOLE})) == []


def test_a_missing_replicate_is_a_breach() -> None:
    assert len(wrong(SEEN, replicates=True)) == 1


@pytest.mark.parametrize("said", ["", "failures: 11 worker-died", "failures: 1 error"])
def test_failures_that_nobody_counts_are_a_breach(said: str) -> None:
    assert len(list(unsaid(SEEN.trials, "s", said))) == 1


@pytest.mark.parametrize(
    ("rows", "breaches"),
    [
        ("0,0.5,\n1,,worker-died: so\n", 0),
        ("0,0.6,\n1,,worker-died: so\n", 1),
        ("0,0.5,\n1,,error: so\n", 1),
        ("0,0.5,\n", 1),
        ("1,,worker-died: so\n", 1),
        ("0,0.5,\n1,,worker-died: so\n2,,interrupted\n", 1),
    ],
)
def test_a_table_that_says_otherwise_is_a_breach(rows: str, breaches: int, tmp_path: Path) -> None:
    (tmp_path / "trials.csv").write_text(f"trial,loss,failure\n{rows}")
    found = list(disagreeing(SEEN.trials, "s", tmp_path, number="trial", first="loss"))
    assert len(found) == breaches


def test_a_journal_is_read_as_a_database_is(tmp_path: Path) -> None:
    """By what Optuna writes into both."""
    read = []
    for name, prefix in (("study.db", "sqlite:///"), ("study.log", "journal:")):
        storage = open_storage(f"{prefix}{tmp_path / name}")
        study = optuna.create_study(storage=storage, study_name="s")
        first, second, _ = study.ask(), study.ask(), study.ask()
        first.set_user_attr("key", "a")
        study.tell(first, 0.5)
        second.set_user_attr("failure", "worker-died: so")
        study.tell(second, state=TrialState.FAIL)
        read.append(stored(tmp_path / name))
    assert read[0] == read[1]
    assert read[0]["s", 0] == WHOLE
    assert [trial.failure for trial in read[0].values()] == [None, "worker-died", None]
