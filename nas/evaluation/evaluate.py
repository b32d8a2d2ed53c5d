"""The life of one trial: decode, adapt, build, train, score; whatever happens, one outcome."""

import time
from contextlib import suppress
from pathlib import Path

import torch
from torch import nn

from nas.core.errors import InputError
from nas.core.evaluation import Evaluation, Outcome, Score
from nas.core.fidelity import proxy_setting
from nas.core.space import Configuration, SearchSpace
from nas.data import Prepared
from nas.evaluation.device import Asked, device_name, pick_device
from nas.evaluation.failures import failure_of
from nas.evaluation.limit import in_time
from nas.evaluation.parts import most_parts, until_it_fits
from nas.evaluation.recipe import Recipe
from nas.evaluation.reproducible import seeded, thread_count
from nas.evaluation.trainer import Progress, TrainingResult, train
from nas.evaluation.weights import save_weights


def evaluate(
    evaluation: Evaluation,
    *,
    space: SearchSpace,
    data: Prepared,
    recipe: Recipe,
    study_seed: int,
    device: Asked,
    threads: int | None = None,
    weights: Path | None = None,
    progress: Progress | None = None,
    seconds: float | None = None,
    parts: int = 1,
) -> Outcome:
    """A Score, or a Failure that names what went wrong; only KeyboardInterrupt and the like pass.

    Initialisation, order of images, mixing and stochastic depth follow from
    `evaluation.seed(study_seed)`: the same evaluation gives the same accuracy, bit for bit, on the
    same machine with the same number of `threads` (None: torch's own), in the same `parts`.

    `data` is prepared at the evaluation's fidelity. `weights` is a file to write the trained
    weights to. `progress` hears of every epoch. `seconds` is the time allowed, for all attempts: a
    training that runs out of memory starts again with its batches in twice as many `parts` (see
    `Step`), down to single images, or two for batch norms. The Score tells how many they were.
    """
    started = time.monotonic()
    deadline = None if seconds is None else started + seconds
    seed, name = evaluation.seed(study_seed), str(device)

    def build() -> nn.Module:
        """On the CPU, so that a GPU's training starts from the same weights."""
        with seeded(seed, torch.device("cpu")):
            model = space.build(configuration, drop_path=recipe.drop_path)
        in_time(deadline, "with the network just built")
        return model

    def trained(model: nn.Module, parts: int) -> TrainingResult:
        return train(
            model,
            data,
            recipe,
            epochs=evaluation.fidelity.epochs,
            seed=seed,
            device=place,
            progress=progress,
            deadline=deadline,
            parts=parts,
        )

    def most(model: nn.Module) -> int:
        return most_parts(model, images=len(data.train_images), batch_size=recipe.batch_size)

    try:
        with thread_count(threads):
            used = torch.get_num_threads()
            place = pick_device(device)
            name = device_name(place)
            configuration = _configuration(evaluation, space, data)
            fitted = until_it_fits(build, trained, most=most, parts=parts, device=place)
            if weights is not None:
                with suppress(OSError):  # a full disk costs the weights, never the score
                    state = fitted.model.state_dict()
                    save_weights(weights, state, space.to_dict(configuration))
    except Exception as error:
        return failure_of(error, seconds=time.monotonic() - started, device=name)
    result = fitted.result
    return Score(
        accuracy=result.accuracy,
        loss=result.loss,
        seconds=time.monotonic() - started,
        device=name,
        images_per_second=result.images_per_second,
        peak_memory_bytes=result.peak_memory_bytes,
        compile_seconds=result.compile_seconds,
        parts=fitted.parts,
        threads=used,
    )


def _configuration(evaluation: Evaluation, space: SearchSpace, data: Prepared) -> Configuration:
    """Of the network at the proxy's setting."""
    if data.resolution != evaluation.fidelity.resolution:
        raise InputError(
            f"data: expected images of {evaluation.fidelity.resolution} px, as the fidelity says;"
            f" got {data.resolution} px; prepare them at the fidelity's resolution"
        )
    setting = proxy_setting(evaluation.fidelity, classes=data.classes, channels=data.channels)
    return space.adapt(space.decode(evaluation.genome), setting)
