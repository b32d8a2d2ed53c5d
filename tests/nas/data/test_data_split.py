"""Splits and subsets: stratified, seeded, disjoint, nested, for any labels."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nas.data.split import generator, head, split_off

COUNTS = st.lists(st.integers(2, 40), min_size=2, max_size=8)


def _labels(counts: list[int]) -> np.ndarray:
    return np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts))


@settings(deadline=None)
@given(counts=COUNTS, seed=st.integers(0, 99))
def test_a_split_parts_the_images_and_keeps_every_class_twice(counts: list[int], seed: int) -> None:
    labels = _labels(counts)
    train, val = split_off(labels, seed)
    assert sorted([*train, *val]) == list(range(len(labels)))
    for part in (train, val):
        assert set(labels[part]) == set(range(len(counts)))


@settings(deadline=None)
@given(counts=st.lists(st.integers(20, 60), min_size=2, max_size=5), seed=st.integers(0, 99))
def test_a_split_holds_the_classes_in_proportion(counts: list[int], seed: int) -> None:
    labels = _labels(counts)
    _, val = split_off(labels, seed)
    assert np.abs(np.bincount(labels[val]) - 0.2 * np.array(counts)).max() <= 2


def test_a_split_follows_its_seed() -> None:
    labels = _labels([30, 30])
    assert split_off(labels, 1)[1].tolist() == split_off(labels, 1)[1].tolist()
    assert split_off(labels, 1)[1].tolist() != split_off(labels, 2)[1].tolist()


@settings(deadline=None)
@given(counts=COUNTS, few=st.integers(0, 60), more=st.integers(0, 60), seed=st.integers(0, 9))
def test_heads_are_nested_and_hold_every_class(
    counts: list[int], few: int, more: int, seed: int
) -> None:
    labels = _labels(counts)
    small, large = (head(labels, count, generator(seed, 1)) for count in sorted((few, more)))
    assert set(small) <= set(large)
    assert set(labels[small]) == set(range(len(counts)))
