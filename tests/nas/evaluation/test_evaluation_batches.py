"""Batches: every image once, none too large, none of a single image."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from nas.evaluation.batches import batches, steps_per_epoch


@given(count=st.integers(2, 500), batch_size=st.integers(2, 80))
def test_every_image_is_in_one_batch_and_none_is_alone(count: int, batch_size: int) -> None:
    parts = batches(torch.arange(count), batch_size)
    sizes = [len(part) for part in parts]
    assert torch.cat(parts).tolist() == list(range(count))
    assert len(parts) == steps_per_epoch(count, batch_size)
    assert min(sizes) >= 2
    assert max(sizes) - min(sizes) <= 1
    assert max(sizes) <= max(batch_size, 3)


def test_an_image_left_over_joins_the_others() -> None:
    assert [len(part) for part in batches(torch.arange(65), 32)] == [22, 22, 21]


def test_an_odd_number_in_twos_makes_one_of_three() -> None:
    assert [len(part) for part in batches(torch.arange(5), 2)] == [3, 2]
