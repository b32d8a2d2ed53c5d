"""The judge of proxies finds the trust that was put into made trainings; cheaper is cheaper."""

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nas.core.fidelity import Fidelity
from nas.evaluation.presets import FIDELITIES
from studies.intervals import Interval
from studies.proxy_trust.fidelities import TOP, cheaper
from studies.proxy_trust.judge import NEAR, TRAINING, Trust, ceiling, chosen, table, trusts
from studies.proxy_trust.picture import draw

DEAR = Fidelity(epochs=3, resolution=96, data_share=0.04, width_scale=0.25)
NETWORKS = 60
EVIDENCE = Path(__file__).parents[2] / "studies" / "proxy_trust"


def test_each_is_less_of_one_axis_and_the_last_is_the_searchs_default():
    less = cheaper(DEAR, images=48_000)
    *alone, default = less
    for one in alone:
        changed = [
            name
            for name in ("epochs", "resolution", "data_share", "width_scale")
            if getattr(one.fidelity, name) != getattr(DEAR, name)
        ]
        assert len(changed) == 1, one
        assert getattr(one.fidelity, changed[0]) < getattr(DEAR, changed[0])
    assert {one.name for one in alone} >= {"64 pixels", "half the widths"}
    assert default.fidelity.epochs == 2


def test_what_is_not_cheaper_is_left_out():
    short = replace(DEAR, epochs=1, resolution=64, data_share=0.001)
    names = {one.name for one in cheaper(short, images=48_000)}
    assert "64 pixels" not in names
    assert "a third of the epochs" not in names
    assert "the search's default" not in names
    assert "a quarter of the images" in names


@pytest.fixture(scope="module")
def made():
    """Accuracy follows size and a talent; one cheap training sees both, one score size alone."""
    rng = np.random.default_rng(0)
    size, talent = rng.normal(size=NETWORKS), rng.normal(size=NETWORKS)
    top, cheap, scores = [], [], []
    for index in range(NETWORKS):
        network = {"key": str(index), "params": np.exp(size[index]), "macs": rng.random()}
        good = size[index] + talent[index]
        for replicate in (0, 1):
            accuracy = good + 0.3 * rng.normal()
            top.append(network | {"label": TOP, "replicate": replicate, "accuracy": accuracy,
                                  "seconds": 100.0})  # fmt: skip
        cheap.append(network | {"label": "short", "replicate": 0, "seconds": 10.0,
                                "accuracy": good + 0.5 * rng.normal()})  # fmt: skip
        scores.append({"key": str(index), "replicate": 0, "proxy": "count", "seconds": 0.1,
                       "value": size[index]})  # fmt: skip
    scores[0]["value"] = None
    return pd.DataFrame(top), pd.DataFrame(cheap), pd.DataFrame(scores)


def test_trust_that_size_explains_is_gone_when_size_is_given(made):
    found = {one.name: one for one in trusts(*made)}
    assert found["short"].plain.value > 0.6
    assert found["short"].sized.low > 0.3
    assert found["count"].plain.low > 0.1
    assert np.isnan(found["count"].sized.value) or abs(found["count"].sized.value) < 0.1
    assert (found["count"].plain.n, found["count"].failed) == (NETWORKS - 1, 1)
    assert found["short"].seconds == 10.0


def test_the_ceiling_is_one_seed_against_another(made):
    top, _, _ = made
    most = ceiling(top)
    assert most is not None
    assert 0.6 < most.plain.value < 1
    assert 0.6 < most.sized.value < 1
    assert ceiling(top[top["replicate"] == 0]) is None


def test_the_cheapest_that_is_near_the_best_at_like_size_becomes_the_default():
    def trust(name, seconds, tau, kind=TRAINING):
        here = Interval(value=tau, low=tau, high=tau, n=9)
        return Trust(
            name=name, kind=kind, seconds=seconds, failed=0, plain=here, sized=here, worked=here
        )

    dear, near, far = trust("dear", 9, 0.8), trust("near", 5, 0.81 - NEAR), trust("far", 1, 0.5)
    score = trust("score", 0.1, 0.9, kind="score")
    assert chosen([dear, near, far, score]) is near
    assert chosen([trust("untold", 1, float("nan"))]) is None


def test_all_of_it_is_a_table_and_a_picture(made, tmp_path):
    found = trusts(*made)
    assert list(table(found)["name"]) == ["short", "count"]
    draw(found, ceiling(made[0]), tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


def test_the_committed_evidence_supports_the_default():
    top, less, scores = (
        pd.read_csv(EVIDENCE / f"{name}.csv", dtype={"key": str})
        for name in ("top", "cheaper", "scores")
    )
    found = chosen(trusts(top, less, scores))
    assert found is not None
    trained = less[less["label"] == found.name]
    preset = FIDELITIES["cpu"]
    assert preset.images is not None
    share = round(preset.images / 48_000, 4)  # of Fashion-MNIST's training images
    expected = asdict(replace(preset.fidelity, data_share=share))
    assert {name: set(trained[name]) for name in expected} == {
        name: {value} for name, value in expected.items()
    }
