"""The front is made of what was searched, by replicate means, one member a key."""

import pytest
from recorded import record, study

from nas.core.objective import parse_objectives
from nas.reporting.front import front
from nas.reporting.noise import noise
from nas.reporting.published import dominators, published, standing, verdict

BOTH = parse_objectives("accuracy,params")


def keys(records, objectives=BOTH):
    return [member.key for member in front(records, objectives)]


def test_members_are_the_undominated_searched_networks_from_the_cheapest_on():
    assert keys(study()) == ["small", "middle", "large"]


def test_the_accuracy_of_a_member_is_the_mean_of_its_replicates():
    small = front(study(), BOTH)[0]
    assert small.accuracy == pytest.approx(0.71)
    assert small.replicates == 2


def test_a_lucky_first_seed_does_not_keep_a_network_on_the_front():
    records = (
        record(0, "steady", 10, 0.80),
        record(1, "lucky", 11, 0.90),
        record(0, "lucky", 11, 0.50, replicate=1, role="replicate"),
    )
    assert keys(records) == ["steady"]


def test_a_published_network_that_was_never_proposed_is_no_member():
    records = (record(0, "a", 10, 0.5), record(0, "b", 9, 0.9, role="published", label="b"))
    assert keys(records) == ["a"]


def test_a_published_network_that_was_proposed_too_is_a_member_and_counts_once():
    twice = (record(0, "a", 10, 0.5), record(7, "a", 10, 0.5, role="published", label="a"))
    (member,) = front(twice, BOTH)
    assert (member.number, member.replicates) == (0, 1)


def test_of_equal_networks_the_earliest_trial_stays():
    assert keys((record(4, "late", 10, 0.5), record(3, "early", 10, 0.5))) == ["early"]


def test_failures_and_running_trials_are_not_on_the_front():
    running = record(1, "r", 1, None, state="RUNNING")
    assert keys((record(0, "f", 1, None), running)) == []


def test_for_accuracy_alone_the_front_is_the_best_network():
    assert keys(study(), parse_objectives("accuracy")) == ["large"]


def test_for_three_objectives_a_network_stays_for_its_macs():
    records = (record(0, "few", 10, 0.8, macs=900), record(1, "fast", 12, 0.8, macs=100))
    assert keys(records) == ["few"]
    assert keys(records, parse_objectives("accuracy,params,macs")) == ["few", "fast"]


def test_members_are_ordered_by_the_first_cost_that_is_weighed():
    records = (record(0, "few", 10, 0.8, macs=900), record(1, "fast", 12, 0.7, macs=100))
    assert keys(records, parse_objectives("accuracy,macs")) == ["fast", "few"]


def test_a_gain_beyond_the_noise_is_separable_and_one_within_it_is_not():
    small, middle, large = front(study(), BOTH)
    assert [small.separable, middle.separable, large.separable] == [None, True, False]
    steady = [record(9, "x", 99, value, replicate=n, role="replicate") for n, value in
              enumerate((0.500, 0.501, 0.502, 0.503))]  # fmt: skip
    calm = [one for one in study() if one.role == "search"] + steady
    assert [member.separable for member in front(calm, BOTH)] == [None, True, True]


def test_nothing_is_said_of_gains_where_the_noise_is_unknown():
    alone = [one for one in study() if one.role == "search"]
    assert [member.separable for member in front(alone, BOTH)] == [None, None, None]


def test_only_the_first_is_the_cheapest_which_has_none_to_be_told_from():
    members = front(study(), BOTH)
    assert [member.cheapest for member in members] == [True, False, False]
    assert front((), BOTH) == ()


def test_the_front_members_that_beat_a_published_network_are_named():
    members = front(study(), BOTH)
    femto, tiny = published(study())
    assert (tiny.label, tiny.replicates) == ("tiny", 2)
    assert tiny.accuracy == pytest.approx(0.76)
    assert [one.key for one in dominators(tiny, members, BOTH)] == ["middle", "large"]
    assert dominators(femto, members, BOTH) == ()


def test_a_published_network_is_beaten_beyond_the_noise_or_within_it():
    records = (*study(), record(4, "poor", 11_000_000, 0.60, role="published", label="poor"))
    members, spread = front(records, BOTH), noise(records)
    told = {one.label: standing(one, members, BOTH, spread) for one in published(records)}
    assert told["femto"] == ("not dominated", None)
    assert told["tiny"][0] == "dominated within noise"  # 0.81 against 0.76, at an SD of 0.014
    assert told["poor"][0] == "dominated beyond noise"  # 0.80 against 0.60
    assert told["poor"][1] is members[1]
    assert verdict(published(records), members, BOTH, spread) == (
        "published: femto not dominated; poor dominated beyond noise; tiny dominated within noise"
    )


def test_of_two_that_beat_a_published_network_one_beyond_the_noise_is_named():
    seeds = [
        record(0, "often", 10, 0.60 + n % 2 / 100, replicate=n, role="replicate")
        for n in range(1, 9)
    ]
    records = (
        *(record(0, "often", 10, 0.60), *seeds, record(1, "once", 11, 0.63)),
        *(record(n, "known", 12, 0.58 + n / 200, replicate=n, role="published", label="known")
          for n in range(4)),
    )  # fmt: skip
    members, spread, (known,) = front(records, BOTH), noise(records), published(records)
    words, best = standing(known, members, BOTH, spread)
    assert (words, best) == ("dominated beyond noise", members[1])


def test_where_the_noise_is_unknown_a_published_network_is_just_dominated():
    records = (record(0, "a", 10, 0.5), record(0, "b", 11, 0.4, role="published", label="b"))
    members = front(records, BOTH)
    assert standing(published(records)[0], members, BOTH, None) == ("dominated", members[0])
    assert verdict((), members, BOTH, None) is None


def test_many_published_networks_are_counted_and_not_named():
    known = [record(n, f"p{n}", 20 + n, 0.4, role="published", label=f"p{n}") for n in range(9)]
    records = (record(0, "a", 10, 0.5), *known)
    told = verdict(published(records), front(records, BOTH), BOTH, None)
    assert told == "published: 9 dominated"
