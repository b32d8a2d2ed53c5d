"""What becomes of a Tune trial that ends without an outcome, or with one."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from optuna.exceptions import StorageInternalError

from nas.core.errors import InputError
from nas.core.evaluation import Evaluation, Failure, Outcome, Score
from nas.core.fidelity import Fidelity
from nas.evaluation.job import DataSpec, Job
from nas.evaluation.limit import EXIT
from nas.evaluation.recipe import Recipe
from nas.scheduling import environment

SCORE = Score(accuracy=0.5, loss=1.0, seconds=1.0, device="cpu", images_per_second=1.0)


def job(*, weights: Path | None = None, seconds: float | None = None) -> Job:
    """Of some network."""
    return Job(
        evaluation=Evaluation(
            key="0" * 16, genome={}, fidelity=Fidelity(epochs=1, resolution=8), replicate=0
        ),
        space="none",
        data=DataSpec(source="none"),
        recipe=Recipe(),
        study_seed=0,
        device="cpu",
        threads=1,
        weights=weights,
        seconds=seconds,
    )


class Campaign:
    """Has one ticket, and remembers what is told."""

    def __init__(self) -> None:
        self._tickets = ["ticket"]
        self.outcomes: list[Outcome] = []

    def next(self) -> str | None:
        """The ticket, once."""
        return self._tickets.pop() if self._tickets else None

    def done(self, ticket: str, outcome: Outcome) -> None:
        """Told."""
        self.outcomes.append(outcome)

    @property
    def finished(self) -> bool:
        """Whether it was told."""
        return bool(self.outcomes)


@pytest.fixture(scope="module")
def modules() -> Iterator[tuple[ModuleType, ModuleType]]:
    """Those of the searcher and its errands, imported in the environment that ray is to have."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.QUIET.items():
            patch.setenv(name, value)
        searcher = pytest.importorskip("nas.scheduling.searcher")
        yield searcher, pytest.importorskip("nas.scheduling.errand")


@pytest.fixture
def dead(modules: tuple[ModuleType, ModuleType], monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many nodes have died; to be changed."""
    count = [0]
    monkeypatch.setattr(modules[0], "dead_nodes", lambda: count[0])
    monkeypatch.setattr(modules[0], "lost_nodes", lambda: count[0])
    return count


def searcher_of(modules: tuple[ModuleType, ModuleType], campaign: Campaign, made: Job) -> Any:
    """A searcher on a cluster whose nodes find everything by name."""
    return modules[0].TicketSearcher(
        campaign, lambda _: made, lambda *_: None, lambda given: modules[1].Errand(job=given)
    )


def test_a_training_whose_node_died_is_started_once_more(
    modules: tuple[ModuleType, ModuleType], dead: list[int]
) -> None:
    campaign = Campaign()
    searcher = searcher_of(modules, campaign, job())
    first = searcher.suggest("one")
    dead[0] += 1
    searcher.on_trial_complete("one", error=True)
    assert not campaign.outcomes
    assert searcher.suggest("two") == first
    dead[0] += 1
    searcher.on_trial_complete("two", error=True)
    (outcome,) = campaign.outcomes
    assert isinstance(outcome, Failure)
    assert outcome.kind == "worker-died"
    assert "on another one as well" in outcome.message
    assert searcher.suggest("three") == "FINISHED"


def test_a_training_that_ends_its_process_is_a_failure_at_once(
    modules: tuple[ModuleType, ModuleType], dead: list[int]
) -> None:
    """Also where a node had died before it began."""
    dead[0] = 1
    campaign = Campaign()
    searcher = searcher_of(modules, campaign, job())
    searcher.suggest("one")
    searcher.on_trial_complete("one", error=True)
    assert [outcome.kind for outcome in campaign.outcomes] == ["worker-died"]


def test_a_worker_that_ended_itself_at_the_limit_is_a_timeout(
    modules: tuple[ModuleType, ModuleType], dead: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(modules[0].time, "monotonic", lambda: now[0])
    campaign = Campaign()
    searcher = searcher_of(modules, campaign, job(seconds=60.0))
    searcher.suggest("one")
    now[0] += 60 + EXIT
    searcher.on_trial_complete("one", error=True)
    assert [outcome.kind for outcome in campaign.outcomes] == ["timeout"]


def test_what_is_no_outcome_is_a_bad_result(
    modules: tuple[ModuleType, ModuleType], dead: list[int]
) -> None:
    campaign = Campaign()
    searcher = searcher_of(modules, campaign, job())
    searcher.suggest("one")
    searcher.on_trial_complete("one", {"came": "forty-two"})
    assert [outcome.kind for outcome in campaign.outcomes] == ["bad-result"]


def test_weights_that_come_with_an_outcome_are_written_whole_before_it_is_told(
    modules: tuple[ModuleType, ModuleType], dead: list[int], tmp_path: Path
) -> None:
    path = tmp_path / "weights" / "some.safetensors"
    campaign = Campaign()
    searcher = searcher_of(modules, campaign, job(weights=path))
    searcher.suggest("one")
    came = modules[1].Returned(outcome=SCORE, weights=b"all of it")
    searcher.on_trial_complete("one", {"came": came})
    assert campaign.outcomes == [SCORE]
    assert path.read_bytes() == b"all of it"
    assert list(path.parent.iterdir()) == [path]
    assert came._weights is None, "Tune keeps the result, and need not keep this"


def test_weights_for_which_there_is_no_room_cost_nothing_else(
    modules: tuple[ModuleType, ModuleType], dead: list[int], tmp_path: Path
) -> None:
    (tmp_path / "weights").write_text("a file, where a folder should be")
    campaign = Campaign()
    searcher = searcher_of(modules, campaign, job(weights=tmp_path / "weights" / "some"))
    searcher.suggest("one")
    searcher.on_trial_complete(
        "one", {"came": modules[1].Returned(outcome=SCORE, weights=b"all of it")}
    )
    assert campaign.outcomes == [SCORE]


def test_what_the_campaign_raises_is_kept_and_raised_again(
    modules: tuple[ModuleType, ModuleType], dead: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tune makes text of it, and asks about the same trial once more."""

    def full(ticket: str, outcome: Outcome) -> None:
        raise StorageInternalError("the disk is full")

    campaign = Campaign()
    monkeypatch.setattr(campaign, "done", full)
    searcher = searcher_of(modules, campaign, job())
    searcher.suggest("one")
    with pytest.raises(StorageInternalError):
        searcher.on_trial_complete("one", {"came": SCORE})
    searcher.on_trial_complete("one", error=True)
    with pytest.raises(StorageInternalError):
        searcher.suggest("two")
    assert isinstance(searcher.broken, StorageInternalError)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ray://head:10001", "must run on a machine of the cluster itself"),
        ("head", "expected HOST:PORT, or auto"),
        ("head:0", "expected HOST:PORT, or auto"),
        ("127.0.0.1:1", "nobody answers at 127.0.0.1:1"),
        ("no.such.host.invalid:6379", "nobody answers"),
    ],
)
def test_an_address_that_cannot_be_joined_is_one_line_at_once(
    modules: tuple[ModuleType, ModuleType], address: str, said: str
) -> None:
    from nas.scheduling.connection import check_address

    with pytest.raises(InputError, match=said):
        check_address(address)


def test_auto_is_what_the_environment_says(
    modules: tuple[ModuleType, ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    from nas.scheduling.connection import check_address

    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    check_address("auto")
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    with pytest.raises(InputError, match="--ray-address auto: nobody answers at 127"):
        check_address("auto")
