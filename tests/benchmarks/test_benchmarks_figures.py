"""What the benchmarks compute from their timings, on numbers that are known."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from accvit_blocks import VARIANTS
from benchmarks.figures import figures
from benchmarks.growth import deepened, resized
from benchmarks.machine import WARM, Timing, side_by_side
from benchmarks.table import write
from benchmarks.trials_per_hour import rates


def test_a_speedup_is_the_ratio_of_medians() -> None:
    assert Timing((1.0, 2.0, 9.0)).speedup(Timing((8.0, 6.0, 1.0))) == 3


def test_runs_are_taken_in_turns() -> None:
    order: list[str] = []
    timings = side_by_side({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, runs=3)
    assert "".join(order) == "a" * WARM + "b" * WARM + "ababab"
    assert {name: len(timing.seconds) for name, timing in timings.items()} == {"a": 3, "b": 3}


@pytest.mark.parametrize(("mode", "share"), [("training", 0.5), ("inference", 1 / 6)])
def test_training_is_three_forward_passes_of_two_operations_a_mac(mode: str, share: float) -> None:
    told = figures(Timing((2.0, 4.0, 2.0)), mode=mode, macs=10, batch=3, matmul=180.0)
    assert told["share_of_matmul"] == pytest.approx(share)
    assert told["flops_per_second"] == pytest.approx(share * 180)
    assert told["images_per_second"] == 1.5
    assert (told["n"], told["spread"]) == (3, 2)


def test_a_rate_is_that_of_workers_that_never_rest() -> None:
    trainings = pd.DataFrame(
        {
            "form": ["ours", "ours", "plain", "plain"] * 2,
            "workers": 2,
            "round": [0] * 4 + [1] * 4,
            "key": ["x", "y"] * 4,
            "seconds": [10.0, 30.0, 40.0, 80.0, 20.0, 60.0, 40.0, 80.0],
        }
    )
    ours, plain = rates(trainings)
    assert (ours["form"], plain["form"]) == ("ours", "plain")
    assert ours["trials_per_hour"] == pytest.approx((360 + 180) / 2)
    assert plain["trials_per_hour"] == pytest.approx(120)
    assert (ours["spread"], plain["spread"]) == (2, 1)
    assert (ours["n"], ours["networks"]) == (2, 2)


def test_what_was_measured_before_an_accident_is_on_disk(tmp_path: Path) -> None:
    def rows() -> Iterator[dict[str, object]]:
        yield {"seconds": 1.5}
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(rows(), tmp_path / "new" / "table.csv")
    table = pd.read_csv(tmp_path / "new" / "table.csv")
    assert table["seconds"].tolist() == [1.5]
    assert "cores" in table["machine"][0]


def test_growing_changes_depth_or_resolution_alone() -> None:
    nano = VARIANTS["nano"]
    assert deepened(nano, 1) == nano
    assert [stage.depth for stage in deepened(nano, 4).stages] == [4, 8, 16, 4]
    assert resized(nano, 448).window_size == 14
    assert resized(resized(nano, 448), 224) == nano
