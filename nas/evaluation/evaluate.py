"""The life of one trial: decode, adapt, build, train, score; whatever happens, one outcome."""

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from torch import nn

from nas.core.errors import InputError
from nas.core.evaluation import Evaluation, Failure, Outcome, Score
from nas.core.fidelity import proxy_setting
from nas.core.space import SearchSpace
from nas.data import Prepared
from nas.evaluation.device import Asked, device_name, pick_device
from nas.evaluation.failures import kind_of, message_of
from nas.evaluation.recipe import Recipe
from nas.evaluation.reproducible import seeded, thread_count
from nas.evaluation.trainer import Progress, train
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
) -> Outcome:
    """A Score, or a Failure that names what went wrong; only KeyboardInterrupt and the like pass.

    Initialisation, order of images, mixing and stochastic depth follow from
    `evaluation.seed(study_seed)`: the same evaluation gives the same accuracy, bit for bit, on the
    same machine with the same number of `threads` (None: torch's own).

    `data` is prepared at the evaluation's fidelity. `weights` is a file to write the trained
    weights to. `progress` hears of every epoch. `seconds` is the time allowed.
    """
    started = time.monotonic()
    name: str = device
    try:
        with thread_count(threads):
            place = pick_device(device)
            name = device_name(place)
            deadline = None if seconds is None else started + seconds
            model, configuration = _build(evaluation, space, data, recipe, study_seed)
            result = train(
                model,
                data,
                recipe,
                epochs=evaluation.fidelity.epochs,
                seed=evaluation.seed(study_seed),
                device=place,
                progress=progress,
                deadline=deadline,
            )
            if weights is not None:
                with suppress(OSError):  # a full disk costs the weights, never the score
                    save_weights(weights, model.state_dict(), space.to_dict(configuration))
    except Exception as error:
        return Failure(
            kind=kind_of(error),
            message=message_of(error),
            seconds=time.monotonic() - started,
            device=name,
        )
    return Score(
        accuracy=result.accuracy,
        loss=result.loss,
        seconds=time.monotonic() - started,
        device=name,
        images_per_second=result.images_per_second,
        peak_memory_bytes=result.peak_memory_bytes,
        compile_seconds=result.compile_seconds,
    )


def _build(
    evaluation: Evaluation, space: SearchSpace, data: Prepared, recipe: Recipe, study_seed: int
) -> tuple[nn.Module, Any]:
    """The network at the proxy's setting, and its configuration there.

    Built on the CPU, so that a GPU's training starts from the same weights.
    """
    if data.resolution != evaluation.fidelity.resolution:
        raise InputError(
            f"data: expected images of {evaluation.fidelity.resolution} px, as the fidelity says;"
            f" got {data.resolution} px; prepare them at the fidelity's resolution"
        )
    setting = proxy_setting(evaluation.fidelity, classes=data.classes, channels=data.channels)
    configuration = space.adapt(space.decode(evaluation.genome), setting)
    with seeded(evaluation.seed(study_seed), torch.device("cpu")):
        return space.build(configuration, drop_path=recipe.drop_path), configuration
