"""The benchmarks run, small, and write what they measured with the machine."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_exact_costs_measures_prices_and_windows(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "benchmarks.exact_costs", "--quick", "--out", tmp_path],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    prices = pd.read_csv(tmp_path / "pricing.csv").set_index("what")["per_second"]
    assert prices["closed form, many at once"] > prices["fvcore with our handlers"]
    windows = pd.read_csv(tmp_path / "windows.csv")
    assert windows["machine"].str.contains("cores").all()
    ours = windows[windows["way"] == "table"]
    assert (ours["inside"] > 0).all()
    assert (ours["duplicates"] == 0).all()
    assert (ours["least"] <= ours["most"]).all()
