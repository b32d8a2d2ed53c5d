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


@pytest.mark.parametrize(("interrupted", "code"), [(False, 1), (True, 130)])
def test_a_password_is_not_printed(
    interrupted: bool, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    objectives = parse_objectives("accuracy,params")
    ledger = Ledger(
        InMemoryStorage(),
        "s",
        region=REGION,
        fidelity=settings("cpu").fidelity,
        objectives=objectives,
    )
    run = Run(Path("runs/s"), {"study": "s", "storage": URL})
    campaign = Campaign(ledger, trials=1, workers=1)
    given = argparse.Namespace(storage=URL, quiet=False)
    assert farewell(run, given, campaign, [], objectives, interrupted) == code
    said = capsys.readouterr()
    assert "secret" not in said.out + said.err
    (look,) = (line for line in said.out.splitlines() if line.startswith("watch:"))
    assert shlex.split(look)[-1] == "postgresql://me:***@host/db"
    assert said.err.count("\n") == 1
