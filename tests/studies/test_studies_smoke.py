"""Every study runs from end to end by the commands of `make studies-smoke`, with its evidence."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
LEFT = {
    "ablation": {"trainings.csv", "summary.csv", "steps.csv", "order.csv", "ablation.png"},
    "proxy_trust": {"top.csv", "cheaper.csv", "scores.csv", "summary.csv", "proxy_trust.png"},
    "recover_variants": {
        *("trainings.csv", "trials.csv", "gaps.csv", "choices.csv", "found.csv"),
        *("pairs.csv", "searches", "recover_variants.png"),
    },
}


def commands():
    """By study, as the Makefile has them."""
    text = (ROOT / "Makefile").read_text().replace("\\\n", " ")
    target = text.partition("studies-smoke: $(VENV)/ready\n")[2].partition("\n\n")[0]
    found = (re.search(r"-m (studies\.(\w+) .*)", line) for line in target.splitlines())
    return {one[2]: shlex.split(one[1]) for one in found if one}


def test_every_study_of_the_paper_has_one():
    assert set(commands()) == set(LEFT)


@pytest.mark.parametrize("study", LEFT)
def test_a_study_runs_and_leaves_its_evidence(study, tmp_path):
    arguments = commands()[study]
    arguments[arguments.index("--out") + 1] = str(tmp_path / study)
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=290)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / study).iterdir()} == LEFT[study]
    for name in {"trainings.csv", "top.csv", "cheaper.csv"} & LEFT[study]:
        rows = pd.read_csv(tmp_path / study / name)
        assert rows["failure"].isna().all()
        assert rows["accuracy"].between(0, 1).all()
