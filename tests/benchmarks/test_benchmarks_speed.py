"""The benchmarks of speed run, small, and their rows hang together."""

from pathlib import Path

import pandas as pd
import pytest

from benchmarks import growth, launches, throughput, trials_per_hour
from benchmarks.forms import SMALL

BLOCKS = {f"stages.{index}.blocks.0" for index in range(len(SMALL.stages))}


def run(program, out: Path, table: str, *more: str) -> pd.DataFrame:
    program.main(["--quick", "--threads", "1", "--out", str(out), *more])
    return pd.read_csv(out / f"{table}-cpu.csv")


def test_throughput_compares_both_forms_in_both_modes(tmp_path: Path) -> None:
    table = run(throughput, tmp_path, "throughput")
    assert sorted(zip(table["mode"], table["form"], strict=True)) == [
        ("inference", "ours"),
        ("inference", "plain"),
        ("training", "ours"),
        ("training", "plain"),
    ]
    seconds = table.pivot_table(index="mode", columns="form", values="seconds")
    speedup = table[table["form"] == "ours"].set_index("mode")["speedup_over_plain"]
    assert speedup.to_dict() == pytest.approx((seconds["plain"] / seconds["ours"]).to_dict(), 1e-4)
    kept = table.pivot_table(index="mode", columns="form", values="peak_bytes_per_image")
    assert (kept.loc["training"] > kept.loc["inference"]).all()
    assert table["machine"].str.contains("cores").all()
    assert (table["threads"] == 1).all()


def test_growth_is_told_from_the_first_of_each_axis(tmp_path: Path) -> None:
    table = run(growth, tmp_path, "growth")
    firsts = table.groupby(["axis", "form"]).first()
    assert (firsts[["seconds_growth", "work_growth"]] == 1).all(axis=None)
    work = table.set_index(["axis", "value"])["work_growth"]
    assert (work["resolution", 128] > 4).all(), "larger windows make more work of every pixel"
    assert (work["depth", 2] < 2).all(), "stem and head stay as they are"


def test_launches_counts_the_step_and_every_block(tmp_path: Path) -> None:
    table = run(launches, tmp_path, "launches")
    for _, rows in table.groupby("form"):
        assert set(rows["part"]) == {"network", *BLOCKS}
        asked = rows.set_index(["part", "direction"])["asked"]
        assert all(
            asked[block, "forward"] < asked[block, "forward and backward"] for block in BLOCKS
        )
        steps = (asked[block, "forward and backward"] for block in BLOCKS)
        assert sum(steps) < asked["network", "training"]
    assert (table["leaves"] >= table["asked"]).all()
    assert table["kernels"].isna().all()


@pytest.mark.slow
def test_trials_per_hour_always_trains_the_same_networks_in_both_forms(tmp_path: Path) -> None:
    rates = run(trials_per_hour, tmp_path, "trials_per_hour").set_index("form")
    trainings = pd.read_csv(tmp_path / "trainings-cpu.csv")
    settings = trials_per_hour.resolve(
        trials_per_hour.parse([*trials_per_hour.SEARCH, *trials_per_hour.SMALL])
    )
    again = trials_per_hour.jobs(settings, networks=1)
    for _, rows in trainings.groupby(["form", "round"]):
        assert rows["key"].tolist() == [job.evaluation.key for job in again]
    seconds = trainings.groupby(["form", "round"])["seconds"].mean()
    hourly = (3600 / seconds).groupby("form").median()
    assert rates["trials_per_hour"].to_dict() == pytest.approx(hourly.to_dict(), 1e-3)
