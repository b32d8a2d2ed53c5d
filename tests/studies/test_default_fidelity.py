"""The pilot's arithmetic on accuracies whose signal and noise are known, and its evidence."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nas.searching.arguments import parse
from nas.searching.resolve import region_of, resolve
from search_spaces.accvit import SPACE
from studies.default_fidelity import pilot
from studies.networks import spread


def _rows(between: float, noise: float, networks: int = 400, seeds: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    means = rng.normal(0.8, between, networks)
    return pd.DataFrame(
        [
            {
                "label": index % 4,
                "key": str(index),
                "accuracy": rng.normal(mean, noise),
                "seconds": 1.0,
            }
            for index, mean in enumerate(means)
            for _ in range(seeds)
        ]
    )


@pytest.mark.parametrize(("between", "noise"), [(0.03, 0.01), (0.02, 0.02), (0.0, 0.03)])
def test_signal_and_noise_are_told_apart(between: float, noise: float) -> None:
    verdict = pilot.judge(_rows(between, noise))
    assert verdict.noise_sd == pytest.approx(noise, rel=0.1)
    assert verdict.between_sd == pytest.approx(between, abs=0.005)
    assert verdict.reliability == pytest.approx(between**2 / (between**2 + noise**2), abs=0.05)


def test_a_difference_between_bins_is_no_reliability_within_them() -> None:
    rows = _rows(0.0, 0.01)
    rows["accuracy"] += 0.1 * rows["label"]
    verdict = pilot.judge(rows)
    assert verdict.reliability > 0.95
    assert verdict.reliability_within_bins < 0.2


def test_networks_spread_over_the_window() -> None:
    settings = resolve(parse(["--space", "accvit", "--budget", "5M-30M", "--data", "digits"]))
    members = spread(region_of(settings, SPACE), bins=pilot.BINS, per_bin=pilot.PER_BIN, seed=0)
    sizes = [member.cost.params for member in members]
    assert len({member.key for member in members}) == pilot.BINS * pilot.PER_BIN
    assert min(sizes) < 8.5e6
    assert max(sizes) > 19e6


def test_the_committed_evidence_supports_the_default() -> None:
    rows = pd.read_csv(Path(pilot.__file__).parent / "evidence.csv")
    verdict = pilot.judge(rows)
    assert verdict.networks == 12
    assert verdict.trainings == 36
    assert verdict.reliability >= 0.5
