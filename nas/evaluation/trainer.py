"""One training from first step to score; see `training` for what happens within an epoch."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from nas.core.errors import InputError
from nas.data import Prepared
from nas.evaluation.peak import forget_peak, peak_bytes
from nas.evaluation.recipe import Recipe
from nas.evaluation.reproducible import deterministic_convolutions, seeded
from nas.evaluation.score import Scored
from nas.evaluation.training import Training


@dataclass(frozen=True, kw_only=True)
class TrainingResult:
    """What a training came to.

    accuracy in 0..1 and loss in nats, on the validation images; seconds for all of it, scoring
    included; training images per second of training alone; peak memory in bytes (see `peak_bytes`),
    0 where it is not known; optimiser steps; seconds of compiling or recording them, which are part
    of both the seconds and the rate, 0 for eager execution.
    """

    accuracy: float
    loss: float
    seconds: float
    images_per_second: float
    peak_memory_bytes: int
    steps: int
    compile_seconds: float


@dataclass(frozen=True, kw_only=True)
class EpochEnd:
    """Told to `progress` after each epoch: its number from 1, mean training loss, seconds so far.

    `score()` measures the weights so far on the validation images. It takes the time of
    recalibrating and scoring and leaves the training as it is.
    """

    epoch: int
    epochs: int
    loss: float
    seconds: float
    score: Callable[[], Scored]


Progress = Callable[[EpochEnd], None]


def train(
    model: nn.Module,
    data: Prepared,
    recipe: Recipe,
    *,
    epochs: int,
    seed: int,
    device: torch.device,
    progress: Progress | None = None,
    deadline: float | None = None,
    parts: int = 1,
) -> TrainingResult:
    """Train the model in place, recalibrate its batch statistics, and score it.

    Afterwards the model holds the weights that were scored (the averaged ones, with an
    `ema_decay`). The same model, data, recipe and seed give the same bits on the same machine with
    the same number of threads. `deadline` is a time of `time.monotonic()`. `parts` is into how many
    each batch is cut, so that it fits into memory: the results differ where a batch matters as a
    whole (see `Step`).

    Raises Diverged (a loss is no number, or absurd), OutOfTime (the deadline passed), InputError
    (too few images, nothing to train), and whatever the model raises.
    """
    _check(data, epochs)
    started = time.monotonic()
    forget_peak(device)
    with seeded(seed, device), deterministic_convolutions():
        training = Training(
            model,
            data,
            recipe,
            epochs=epochs,
            seed=seed,
            device=device,
            deadline=deadline,
            parts=parts,
        )
        for epoch in range(1, epochs + 1):
            loss = training.run_epoch()
            if progress is not None:
                spent = time.monotonic() - started
                progress(
                    EpochEnd(
                        epoch=epoch, epochs=epochs, loss=loss, seconds=spent, score=training.score
                    )
                )
        final = training.finish()
    return TrainingResult(
        accuracy=final.accuracy,
        loss=final.loss,
        seconds=time.monotonic() - started,
        images_per_second=epochs * len(data.train_images) / max(training.seconds, 1e-9),
        peak_memory_bytes=peak_bytes(device),
        steps=training.step,
        compile_seconds=training.compile_seconds,
    )


def _check(data: Prepared, epochs: int) -> None:
    if epochs < 1:
        raise InputError(f"epochs: expected 1 or more; got {epochs}")
    if len(data.train_images) < 2 or not len(data.val_images):
        raise InputError(
            "data: expected 2 training images and 1 validation image or more; got"
            f" {len(data.train_images)} and {len(data.val_images)}"
        )
