"""A trial ends when its time is over, whatever it is doing; a process may have to end for that."""

import importlib
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from nas.core.evaluation import Failure, Outcome, Score
from nas.evaluation import OutOfTime, Recipe, evaluate, limit
from nas.evaluation import job as job_module
from nas.evaluation.failures import kind_of_death
from nas.evaluation.job import prepared, run_job
from nas.evaluation.limit import EXIT, enforced
from tests.nas.evaluation.tiny_space import Net, TinySpace, asked, convnet, digits
from tests.nas.evaluation.troubled import HANG, job

ROOT = Path(__file__).parents[3]


class Slow(nn.Module):
    """A convnet that takes its time, in training or in scoring."""

    def __init__(self, *, training: float = 0.0, scoring: float = 0.0) -> None:
        super().__init__()
        self.network, self.pauses = convnet(), {True: training, False: scoring}

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """b c h w -> b classes."""
        time.sleep(self.pauses[self.training])
        return self.network(x)  # type: ignore[no-any-return]


def outcome_of(space: TinySpace, seconds: float, *, images: int = 1200) -> Outcome:
    return evaluate(
        asked(),
        space=space,
        data=digits(images),
        recipe=Recipe(),
        study_seed=0,
        device="cpu",
        threads=1,
        seconds=seconds,
    )


def timeout(outcome: Outcome) -> Failure:
    assert isinstance(outcome, Failure), outcome
    assert outcome.kind == "timeout", outcome
    return outcome


def test_slow_steps_end_with_the_one_that_passes_the_limit() -> None:
    failure = timeout(outcome_of(TinySpace(Slow(training=0.2)), 0.9))
    assert failure.message.startswith("out of time after ")
    assert 1 <= int(failure.message.split()[4]) <= 5
    assert failure.message.endswith(" of 38 steps")
    assert 0.9 <= failure.seconds < 0.9 + 2  # a step, on a busy machine


def test_taking_statistics_and_scoring_are_part_of_the_time() -> None:
    said = timeout(outcome_of(TinySpace(Slow(scoring=5.0)), 4.0, images=64)).message
    assert said in ("out of time while taking batch statistics", "out of time while scoring")


def test_building_is_part_of_the_time() -> None:
    class Architect(TinySpace):
        def build(self, configuration: Net, *, drop_path: float = 0.0) -> nn.Module:
            time.sleep(0.2)
            return super().build(configuration)

    assert timeout(outcome_of(Architect(), 0.1)).message == (
        "out of time with the network just built"
    )


def test_preparing_the_data_is_part_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    load = job_module.load

    def slowly(*arguments: Any, **named: Any) -> Any:
        time.sleep(0.2)
        return load(*arguments, **named)

    monkeypatch.setattr(job_module, "load", slowly)
    prepared.cache_clear()
    failure = timeout(run_job(job(seconds=0.1)))
    assert failure.message == "out of time with the data just prepared"
    assert failure.seconds >= 0.2


def test_a_trial_within_its_time_is_a_score() -> None:
    assert isinstance(run_job(job(seconds=200), hard=True), Score)


@pytest.fixture(scope="module", autouse=True)
def imported() -> None:
    """What PyTorch imports in its first training takes seconds, and is not what is timed here."""
    assert isinstance(run_job(job()), Score)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Alarms as soon as the time is over."""
    monkeypatch.setattr(limit, "ALARM", 0.05)
    monkeypatch.setattr(limit, "AGAIN", 0.2)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("mood", ["hangs", "stubborn"])
def test_a_hanging_trial_is_interrupted_where_it_hangs_even_if_it_catches_that(mood: str) -> None:
    failure = timeout(run_job(job(mood, seconds=1.0)))
    assert failure.message.startswith("out of time in troubled.py:")
    assert 1 <= failure.seconds < HANG / 2
    assert isinstance(run_job(job()), Score)  # the next one


@pytest.mark.usefixtures("impatient")
def test_a_space_or_data_that_hang_are_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: Any, **__: Any) -> Any:
        time.sleep(HANG)

    with monkeypatch.context() as patch:
        patch.setattr("tests.nas.toy.ToySpace.build", hang)
        assert "build raised OutOfTime" in timeout(run_job(job(seconds=0.5))).message
    prepared.cache_clear()
    monkeypatch.setattr(job_module, "load", hang)
    assert timeout(run_job(job(seconds=0.5))).seconds < HANG / 2


@pytest.mark.usefixtures("impatient")
def test_an_import_is_left_to_end_as_what_is_half_there_spoils_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "at_leisure.py").write_text("import time\ntime.sleep(0.6)\nDONE = True\n")
    monkeypatch.syspath_prepend(tmp_path)

    def go() -> None:
        with enforced(0.1, hard=False):
            importlib.import_module("at_leisure")
            time.sleep(HANG)

    with pytest.raises(OutOfTime):
        go()
    assert sys.modules.pop("at_leisure").DONE
    monkeypatch.setattr(limit, "IMPORT", 0.0)  # no import may take for ever
    with pytest.raises(OutOfTime):
        go()
    assert "at_leisure" not in sys.modules


@pytest.mark.usefixtures("impatient")
def test_alarms_of_somebody_else_are_as_before_afterwards() -> None:
    def theirs(*_: object) -> None:
        raise AssertionError

    handler = signal.signal(signal.SIGALRM, theirs)
    timer = signal.setitimer(signal.ITIMER_REAL, 100.0, 7.0)
    try:
        for seconds in (10.0, 0.01):
            try:
                with enforced(seconds, hard=False):
                    time.sleep(0.3)
            except OutOfTime:
                assert seconds < 1
            left, every = signal.getitimer(signal.ITIMER_REAL)
            assert signal.getsignal(signal.SIGALRM) is theirs
            assert 50 < left < 99.8
            assert every == 7
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, handler)


def test_no_limit_sets_nothing() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with enforced(None, hard=True):
        assert signal.getsignal(signal.SIGALRM) is before


def test_a_thread_has_no_alarm_and_no_trouble_for_it() -> None:
    outcomes: list[Outcome] = []
    thread = threading.Thread(target=lambda: outcomes.append(run_job(job(seconds=100))))
    thread.start()
    thread.join()
    assert isinstance(outcomes[0], Score)


WORKER = """
import time
from nas.evaluation import limit
from nas.evaluation.job import run_job
from tests.nas.evaluation.troubled import job
limit.ALARM, limit.EXIT = 0.1, 1.0
assert run_job(job(), hard=True).accuracy > 0
print(run_job(job("hangs", seconds=0.2), hard=True).kind, flush=True)
time.sleep(1.5)
print("alive after the limit of a trial that has ended", flush=True)
run_job(job("seizes", seconds=0.2), hard=True)
print("never")
"""


def test_a_process_that_may_be_lost_ends_where_native_code_hangs_with_pythons_lock() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WORKER], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.stdout == "timeout\nalive after the limit of a trial that has ended\n"
    assert done.returncode == 1
    assert "Timeout" in done.stderr
    assert "troubled.py" in done.stderr  # where it hung


@pytest.mark.parametrize(
    ("seconds", "allowed", "kind"),
    [
        (5.0, None, "worker-died"),
        (5.0, 60.0, "worker-died"),
        (60.0 + EXIT - 0.1, 60.0, "worker-died"),
        (60.0 + EXIT, 60.0, "timeout"),
    ],
)
def test_a_worker_that_ended_when_it_was_due_is_a_timeout(
    seconds: float, allowed: float | None, kind: str
) -> None:
    assert kind_of_death(seconds, allowed) == kind
