"""Stratified, seeded, nested choices: one order of the images, of which everything takes a head."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from nas.data.base import Labels
from nas.data.errors import DataError

VAL_SHARE = 0.2

# Each use of a seed draws from a stream of its own, so that none shifts another.
SPLIT, SUBSET, LIMIT, DISTORT_TRAIN, DISTORT_VAL = range(5)

Indices: TypeAlias = npt.NDArray[np.int64]


def generator(seed: int, stream: int) -> np.random.Generator:
    """The generator of one stream of a seed; the seed is 0 or more."""
    if seed < 0:
        raise DataError(
            f"seed: expected 0 or more; got {seed}; choose a number that is not negative"
        )
    return np.random.default_rng([seed, stream])


def stratified_order(labels: Labels, rng: np.random.Generator) -> Indices:
    """A permutation of 0..n-1 of which every head holds the classes in proportion.

    The first image of every class comes before all others, so a head of at least as many images as
    there are classes holds every class. Heads of one order are nested by construction.
    """
    position = np.zeros(len(labels), dtype=np.float64)
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        position[members] = (np.arange(len(members)) + 0.5) / len(members)
        position[members[0]] = 0.0
    return np.argsort(position, kind="stable").astype(np.int64)


def head(labels: Labels, count: int, rng: np.random.Generator) -> Indices:
    """The first `count` images of the stratified order, at least one per class, by rising index."""
    at_least = len(np.unique(labels))
    return np.sort(stratified_order(labels, rng)[: max(count, at_least)])


def split_off(labels: Labels, seed: int) -> tuple[Indices, Indices]:
    """Indices for training and for validation (a share of 0.2); every class is in both.

    Each class must have two images or more.
    """
    val = head(labels, round(VAL_SHARE * len(labels)), generator(seed, SPLIT))
    train = np.setdiff1d(np.arange(len(labels)), val)
    return train, val
