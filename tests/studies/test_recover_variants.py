"""Pairs differ in one choice and cost alike; the judge recovers what is there and nothing else."""

from dataclasses import replace
from math import log, nan

import numpy as np
import pandas as pd
import pytest

from nas.commandline import run
from nas.core.errors import InputError
from studies.intervals import Interval
from studies.recover_variants.__main__ import main
from studies.recover_variants.choices import CHOICES, CLOSE, CLOSE_MACS, FREE, pairs
from studies.recover_variants.effects import effect_table, effects, gains
from studies.recover_variants.judge import (
    BEYOND,
    LUCK,
    MARGIN,
    TOGETHER,
    Gap,
    gap_table,
    gaps,
    pick_table,
)
from studies.recover_variants.picture import draw
from studies.recover_variants.plan import PAPER, PLAIN, Pick, Plan, plan
from studies.recover_variants.searches import Found, Search, _mark, carry_out
from studies.setup import Setup


@pytest.fixture(scope="module")
def setup():
    return Setup.of("--space", "accvit", "--budget", "3M-35M", "--data", "digits")


@pytest.fixture(scope="module")
def nano(setup):
    return setup.member(setup.space.encode(setup.space.published["nano"]))


@pytest.fixture(scope="module")
def of_nano(setup, nano):
    return list(pairs(setup, [nano]))


def test_the_published_networks_make_the_papers_choices(setup, nano):
    for choice in CHOICES:
        assert {name: nano.genome[name] for name in choice.paper} == dict(choice.paper)


def test_each_choice_has_a_pair_of_like_cost(setup, nano, of_nano):
    assert [pair.choice for pair in of_nano] == [choice.name for choice in CHOICES]
    for pair, choice in zip(of_nano, CHOICES, strict=True):
        assert pair.paper.key == nano.key
        assert abs(log(pair.plain.cost.params / pair.paper.cost.params)) <= log(1 + CLOSE)
        apart = abs(log(pair.plain.cost.macs / pair.paper.cost.macs))
        assert pair.matched == (apart <= log(1 + CLOSE_MACS))
        moved = [name for name in FREE if pair.paper.genome[name] != pair.plain.genome[name]]
        assert [told.split(" ")[0] for told in pair.moved.split("; ") if told] == moved
        changed = {
            name for name, value in pair.paper.genome.items() if pair.plain.genome[name] != value
        }
        assert changed - set(FREE) <= choice.plain.keys() | {"stages.3.mlp"} | _dead(pair)


def _dead(pair):
    """Without branches their MLPs are shared, whatever was chosen."""
    return {f"stages.{stage}.mlp" for stage in range(4)} if "levels" in pair.choice else set()


def search_that_found(*front, seed=0):
    trials = pd.DataFrame([member.genome for member in front])
    return Found(search=Search(metric="params", seed=seed), trials=trials, front=front)


def test_a_search_offers_its_best_that_costs_no_more(setup, nano):
    sizes = {
        name: setup.member(setup.space.encode(setup.space.published[name]))
        for name in ("femto", "pico", "tiny")
    }
    found = search_that_found(sizes["pico"], sizes["tiny"])
    assert found.at(sizes["femto"].cost.params) is None
    assert found.at(nano.cost.params) is sizes["pico"]
    assert found.at(sizes["tiny"].cost.params) is sizes["tiny"]
    planned = plan(setup, [found], each=2, bases=1)
    assert set(planned.published) == {"femto", "pico", "nano", "tiny"}
    assert {pick.variant for pick in planned.picks} == {"pico", "nano", "tiny"}
    for variant, few in planned.random.items():
        assert len(few) == 2
        size = planned.published[variant].cost.params
        assert all(0.95 <= one.cost.params / size <= 1 for one in few)
    trainings = planned.trainings(setup, seeds=3)
    replicates = [training.replicate for training in trainings]
    assert min(replicates) >= 2  # none that a search made
    assert replicates == sorted(replicates)  # one that is stopped has something of everything


@pytest.fixture(scope="module")
def small(setup, nano, of_nano):
    """A plan around nano alone: two searches, three random networks, the pairs of every choice."""
    others = [pair.plain for pair in of_nano]
    return Plan(
        published={"nano": nano},
        picks=tuple(
            Pick(search=f"params-{seed}", metric="params", variant="nano", member=others[seed])
            for seed in range(2)
        ),
        random={"nano": tuple(others[1:])},
        pairs=tuple(of_nano),
    )


def outcomes(setup, planned, worth, *, seeds=6, noise=0.1):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        [
            {
                "label": training.label,
                "key": training.member.key,
                "accuracy": (worth(training.label) + noise * rng.normal()) / 100,
            }
            for training in planned.trainings(setup, seeds=seeds)
        ]
    )


@pytest.mark.parametrize(
    ("gain", "verdict"),
    [
        (0.0, "recovered"),
        (3 * MARGIN, "better"),
        (-3 * MARGIN, "not reached"),
    ],
)
def test_the_verdict_is_that_of_the_gap(setup, small, gain, verdict):
    rows = outcomes(setup, small, lambda label: 80 + gain * label.startswith("found"))
    found = {gap.what: gap for gap in gaps(rows, small)}
    assert found["params-0"].verdict == verdict
    assert found["params-0"].here.value == pytest.approx(gain, abs=0.3)
    assert found[TOGETHER].here.value == pytest.approx(gain, abs=0.3)
    assert found[LUCK].here.value == pytest.approx(0, abs=0.3)
    assert found[BEYOND].here.value == pytest.approx(gain, abs=0.3)
    assert (found[BEYOND].here.low > 0) == (gain > 0)


def test_what_two_searches_found_is_trained_and_counted_once(setup, small, nano):
    shared = replace(small, picks=tuple(replace(one, member=nano) for one in small.picks))
    labels = [training.label for training in shared.trainings(setup, seeds=6)]
    assert labels.count("found for nano") == 6
    found = {gap.what: gap for gap in gaps(outcomes(setup, shared, lambda _: 80.0), shared)}
    assert found["params-0"].here.n == 12
    assert not {TOGETHER, BEYOND} & found.keys()  # one network says nothing of another search


def test_a_gap_that_might_have_been_missed_is_no_recovery():
    narrow = Gap(what="", variant="", here=Interval(value=0.0, low=-0.6, high=0.6, n=10))
    assert (narrow.verdict, narrow.detectable <= MARGIN) == ("recovered", True)
    wide = Gap(what="", variant="", here=Interval(value=0.0, low=-0.9, high=0.9, n=10))
    assert (wide.verdict, wide.detectable > MARGIN) == ("undecided", True)
    unknown = Gap(what="", variant="", here=Interval(value=0.0, low=nan, high=nan, n=2))
    assert unknown.verdict == "undecided"


def test_noise_leaves_it_undecided_and_says_what_could_be_seen(setup, small):
    rows = outcomes(setup, small, lambda _: 80.0, noise=3.0)
    found = next(iter(gaps(rows, small)))
    assert found.verdict == "undecided"
    assert found.detectable > found.here.half > MARGIN


def test_what_dominates_is_told(setup, small):
    rows = outcomes(setup, small, lambda label: 80 + 3 * label.startswith("found"))
    assert list(pick_table(rows, small)["dominates"]) == [True, True]
    rows = outcomes(setup, small, lambda label: 80 - 3 * label.startswith("found"))
    assert list(pick_table(rows, small)["dominates"]) == [False, False]


def test_a_choice_is_worth_what_its_matched_pairs_differ_in(setup, small, nano, tmp_path):
    planned = replace(small, pairs=small.pairs * 3)
    rows = outcomes(setup, planned, lambda label: 80 + 2 * (label == PAPER))
    pairs = gains(rows, planned)
    drawn = [pair.plain for pair in small.pairs]
    found = effects(pairs, [search_that_found(nano), search_that_found(nano, drawn[1])], [drawn])
    gates = next(one for one in found if one.choice == "gates")
    assert gates.shared.value == 0.75  # of all, and of one in two
    assert gates.tried == gates.shared.value
    assert gates.common == 0.75  # three of the four plain networks keep the gates
    assert gates.worth is not None
    assert gates.worth.value == pytest.approx(2, abs=0.6)
    for one in found:
        told = pairs[pairs["choice"] == one.choice]["matched"]
        assert one.unmatched == (~told).sum()
        assert (0 if one.worth is None else one.worth.n) == told.sum()
    assert PLAIN in set(rows["label"])
    draw(list(gaps(rows, small)), found, tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    assert {"gap", "detectable", "verdict"} <= set(gap_table(list(gaps(rows, small))).columns)
    assert list(effect_table(found)["choice"]) == [choice.name for choice in CHOICES]


def test_without_pairs_no_choice_has_a_worth(small, nano):
    none = gains(pd.DataFrame({"label": [], "key": [], "accuracy": []}), replace(small, pairs=()))
    assert all(one.worth is None for one in effects(none, [search_that_found(nano)], [[nano]]))


@pytest.fixture(scope="module")
def written(setup, nano, of_nano):
    """The trials of two searches as CSV, each with one network on its front."""
    members = [nano, of_nano[1].plain]
    lines = [
        {
            "search": search.name,
            "setup": _mark(setup, search, ()),
            "number": number,
            "key": member.key,
            "params": member.cost.params,
            "macs": member.cost.macs,
            "accuracy": 0.5,
            "front": number == search.seed,
            **member.genome,
        }
        for search in TWO
        for number, member in enumerate(members)
    ]
    return pd.DataFrame(lines).to_csv(index=False)


TWO = [Search(metric="params", seed=seed) for seed in (0, 1)]


def go_on(setup, text, folder, *, arguments=(), trials=2):
    """As a study that finds this trials.csv, without the searches' own folders."""
    path = folder / "trials.csv"
    path.write_text(text)
    return carry_out(
        TWO, setup, arguments, runner=(), trials=trials, runs=folder / "none", out=path
    )


def test_trials_that_are_written_down_are_not_searched_again(setup, nano, written, tmp_path):
    found = go_on(setup, written, tmp_path)
    assert [len(one.front) for one in found] == [1, 1]
    assert found[0].front[0].genome == nano.genome
    assert list(found[0].trials["front"]) == [True, False]
    assert (tmp_path / "trials.csv").read_text() == written


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda text: text.replace(",gate,", ",soup,", 1), "line 2 is no trial .*soup"),
        (lambda text: text.replace(",0.5,", ",nan,", 1), "line 2 .*accuracy nan"),
        (lambda text: text.replace(",0.5,True,", ",0.5,perhaps,", 1), "line 2 .*perhaps"),
        (lambda text: text.replace(",0.5,True,", ",0.5,False,"), "no front"),
        (lambda text: text.replace("params-1,", "params-0,"), "a trial twice"),
        (lambda text: text[:-20], "line 5 is no trial"),
        (lambda text: text.replace("accuracy", "luck"), "expected the columns"),
        (lambda _: "", "expected trials as CSV"),
    ],
)
def test_damaged_trials_are_one_line(setup, written, damage, said, tmp_path):
    with pytest.raises(InputError, match=said):
        go_on(setup, damage(written), tmp_path)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"arguments": ("--sampler", "random")}, "other arguments; take another --out"),
        ({"trials": 1}, "has 2 trials; got --trials 1"),
        ({"trials": 3}, "has 2 trials; got --trials 3"),
    ],
)
def test_trials_of_another_search_are_not_taken_for_this_ones(
    setup, written, other, said, tmp_path
):
    with pytest.raises(InputError, match=said):
        go_on(setup, written, tmp_path, **other)


def test_what_the_study_sets_is_not_set_by_a_person(tmp_path, capsys):
    assert run(lambda: main(["--out", str(tmp_path), "--smoke", "--", "--seed=7"])) == 2
    assert "--seed=7 after --" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert run(lambda: main(["--out", str(tmp_path / "file"), "--smoke"])) == 2
    assert "file cannot be written" in capsys.readouterr().err
