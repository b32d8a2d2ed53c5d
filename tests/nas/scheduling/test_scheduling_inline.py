"""One training after the other in this process, which no network may end."""

from typing import Any

import pytest
from optuna.storages import InMemoryStorage

from nas.core.evaluation import Failure, Outcome, Score
from nas.evaluation.job import Job
from nas.scheduling import inline, run_inline
from nas.study.campaign import Campaign
from nas.study.ticket import Ticket
from tests.nas.evaluation.troubled import job
from tests.nas.study.opened import ledger

SCORE = Score(accuracy=0.5, loss=1.25, seconds=2.0, device="cpu", images_per_second=9.0)


def test_a_network_that_calls_exit_fails_and_the_search_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outcomes: list[Outcome] = []

    def run_job(_: Job) -> Any:
        if not outcomes:
            raise SystemExit(0)
        return SCORE

    def listen(_: Ticket, outcome: Outcome | None) -> None:
        outcomes.extend([outcome] if outcome is not None else [])

    monkeypatch.setattr(inline, "run_job", run_job)
    opened = ledger(InMemoryStorage())
    campaign = Campaign(opened, trials=2, workers=1, replicates=False)
    run_inline(campaign, lambda _: job(), listen)
    assert isinstance(outcomes[0], Failure)
    assert (outcomes[0].kind, outcomes[0].message) == ("error", "SystemExit: 0")
    assert outcomes[1:] == [SCORE, SCORE]
    assert [record.failure for record in opened.records()] == ["error: SystemExit: 0", None, None]
