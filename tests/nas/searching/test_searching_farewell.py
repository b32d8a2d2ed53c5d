"""The commands that a search leaves on the screen can be pasted, and hold no password."""

import argparse
import shlex
from pathlib import Path

import pytest
from optuna.storages import InMemoryStorage

from nas.core.objective import parse_objectives
from nas.searching.farewell import farewell
from nas.study.campaign import Campaign
from nas.study.ledger import Ledger
from nas.study.run import Run
from tests.nas.searching.test_searching_resources import REGION, settings

URL = "postgresql://me:secret@host/db"


OBJECTIVES = parse_objectives("accuracy,params")
RUN = Run(Path("runs/s"), {"study": "s", "storage": URL})
GIVEN = argparse.Namespace(storage=URL, quiet=False)


@pytest.fixture
def campaign() -> Campaign:
    ledger = Ledger(
        InMemoryStorage(),
        "s",
        region=REGION,
        fidelity=settings("cpu").fidelity,
        objectives=OBJECTIVES,
    )
    return Campaign(ledger, trials=1, workers=1)


@pytest.mark.parametrize(("interrupted", "code"), [(False, 1), (True, 130)])
def test_a_password_is_not_printed(
    campaign: Campaign, interrupted: bool, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert farewell(RUN, GIVEN, campaign, [], OBJECTIVES, interrupted) == code
    said = capsys.readouterr()
    assert "secret" not in said.out + said.err
    (look,) = (line for line in said.out.splitlines() if line.startswith("watch:"))
    assert shlex.split(look)[-1] == "postgresql://me:***@host/db"
    assert said.err.count("\n") == 1


def test_a_search_that_is_stopped_tells_of_its_failures_too(
    campaign: Campaign, capsys: pytest.CaptureFixture[str]
) -> None:
    campaign.failures.update({"timeout": 2, "error": 1})
    assert farewell(RUN, GIVEN, campaign, [], OBJECTIVES, True) == 130
    assert capsys.readouterr().err.splitlines() == [
        "failures: 2 timeout, 1 error",
        "stopped; the same command goes on from here",
    ]
