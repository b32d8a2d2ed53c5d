"""The time of the runners themselves, on a small scale."""

from pathlib import Path

import pandas as pd
import pytest

from benchmarks.arguments import RESULTS
from benchmarks.scheduling import main, measured
from nas.core.evaluation import Failure
from nas.scheduling.base import Listener, MakeJob
from nas.study.campaign import Campaign


def test_the_inline_runner_takes_next_to_nothing(tmp_path: Path) -> None:
    main(["--quick", "--trials", "20", "--out", str(tmp_path)])
    table = pd.read_csv(tmp_path / "scheduling.csv")
    assert list(table.runner) == ["inline"]
    assert 0 <= table.seconds_a_trial[0] < 0.1
    assert table.share_of_10_s[0] == pytest.approx(table.seconds_a_trial[0] / 10, rel=1e-3)


def test_what_the_training_took_is_not_the_runners() -> None:
    """Nor is what passes before the first answer."""

    def slow(campaign: Campaign, make_job: MakeJob, listen: Listener) -> None:
        while (ticket := campaign.next()) is not None:
            outcome = Failure(kind="error", message="", seconds=-0.5, device="cpu")
            campaign.done(ticket, outcome)

    row = measured("slow", slow, trials=4, workers=1)
    assert row["seconds_a_trial"] == pytest.approx(0.5, abs=0.1)


def test_the_committed_table_holds_what_is_promised() -> None:
    """Beside ten seconds of training the runner, the sampler and the storage take under 5 %."""
    runners = pd.read_csv(RESULTS / "scheduling.csv").set_index("runner")
    kept = pd.read_csv(RESULTS / "bookkeeping.csv")
    (ray,) = runners.index[runners.workers == 2]
    one = kept[(kept.space == "networks") & (kept.n == 1_000)].trial_ms / 1e3
    assert (runners.seconds_a_trial[ray] + one < 0.05 * 10).all()
    assert len(one)


@pytest.mark.slow
def test_trials_of_ray_take_less_than_a_twentieth_of_ten_seconds(tmp_path: Path) -> None:
    main(["--trials", "40", "--out", str(tmp_path)])
    table = pd.read_csv(tmp_path / "scheduling.csv").set_index("runner")
    assert table.share_of_10_s["ray"] < 0.05
