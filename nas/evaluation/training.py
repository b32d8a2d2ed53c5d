"""The state of one training: plain PyTorch, all images on the device, no wait within an epoch."""

import random
import time

import torch
from torch import nn

from nas.data import Prepared
from nas.evaluation.average import Average
from nas.evaluation.batches import batches, steps_per_epoch
from nas.evaluation.checkpointing import checkpointed
from nas.evaluation.device import LAYOUT
from nas.evaluation.errors import Diverged
from nas.evaluation.execution import make_step
from nas.evaluation.limit import in_time
from nas.evaluation.mixup import Mixed, draw_share, mix
from nas.evaluation.optimiser import learning_rate
from nas.evaluation.parts import part_of
from nas.evaluation.recalibrate import recalibrate
from nas.evaluation.recipe import Recipe
from nas.evaluation.score import Scored, score

# Between two looks at the losses, each of which waits for the device.
CHECK = 50  # steps
CHECK_SECONDS = 5.0  # of slow steps
# Nats of a loss that no training comes back from: the right class has a probability of e^-10000.
ABSURD = 1e4


class Training:
    """Model, optimiser, images and place in the schedule.

    Order, mirroring and mixing are drawn on the CPU from `seed`, an epoch at a time, so that they
    are the same on every device.
    """

    def __init__(
        self,
        model: nn.Module,
        data: Prepared,
        recipe: Recipe,
        *,
        epochs: int,
        seed: int,
        device: torch.device,
        deadline: float | None = None,
        parts: int = 1,
    ) -> None:
        """Moves the model and the images to the device. InputError for what cannot be had there.

        `deadline` is a time of `time.monotonic()`. Each batch is trained on in so many `parts` (see
        `Step`), and no more images at a time are scored.
        """
        self.step = 0
        self.seconds = 0.0  # of training alone
        self._deadline = deadline
        self._parts = parts
        self._recipe = recipe
        self._model = model.to(device).to(memory_format=LAYOUT)  # type: ignore[call-overload]
        self._train = (data.train_images.to(device), data.train_labels.to(device))
        self._val = (data.val_images.to(device), data.val_labels.to(device))
        if recipe.checkpointing:
            checkpointed(model)
        self._step = make_step(model, recipe, device, parts=parts)
        self._average = Average(model, recipe.ema_decay) if recipe.ema_decay else None
        self._generator = torch.Generator().manual_seed(seed)
        self._shares = random.Random(seed)
        self._per_epoch = steps_per_epoch(len(data.train_images), recipe.batch_size)
        self._steps = epochs * self._per_epoch
        self._losses = torch.zeros(self._per_epoch, device=device)

    @property
    def compile_seconds(self) -> float:
        """What compiling or recording the step took so far, of `seconds`."""
        return self._step.compile_seconds

    def run_epoch(self) -> float:
        """Show every training image once; returns the mean loss. Raises Diverged and OutOfTime."""
        started = looked = time.monotonic()
        self._model.train()
        order = torch.randperm(len(self._train[0]), generator=self._generator)
        mirrored = torch.rand(len(order), generator=self._generator) < 0.5
        batched = zip(
            batches(order.to(self._losses.device), self._recipe.batch_size),
            batches(mirrored.to(self._losses.device), self._recipe.batch_size),
            strict=True,
        )
        for seen, (chosen, mirror) in enumerate(batched, start=1):
            in_time(self._deadline, f"after {self.step} of {self._steps} steps")
            self._losses[seen - 1] = self._improve(self._batch(chosen, mirror))
            due = seen % CHECK == 0 or time.monotonic() - looked > CHECK_SECONDS
            if due or seen == self._per_epoch:
                self._look(seen)
                looked = time.monotonic()
        self.seconds += time.monotonic() - started
        return float(self._losses.mean())

    def score(self) -> Scored:
        """Of the weights so far, averaged if they are, with batch statistics of their own.

        Raises OutOfTime.
        """
        model = self._model if self._average is None else self._average.model
        recalibrate(
            model,
            self._train[0],
            batch_size=part_of(self._recipe.batch_size, self._parts, least=2),
            limit=self._recipe.calibration_images,
            deadline=self._deadline,
        )
        return score(
            model,
            *self._val,
            batch_size=part_of(self._recipe.eval_batch_size, self._parts, least=1),
            deadline=self._deadline,
        )

    def finish(self) -> Scored:
        """Score, and leave in the model what was scored; no step may follow.

        Raises Diverged and OutOfTime.
        """
        scored = self.score()
        if not scored.loss < ABSURD:  # nor of one that is not a number
            raise Diverged(f"the validation loss is {scored.loss:g} after {self.step} steps")
        if self._average is not None:
            self._model.load_state_dict(self._average.model.state_dict())
        self._step.optimiser.release()
        return scored

    def _batch(self, chosen: torch.Tensor, mirror: torch.Tensor) -> Mixed:
        """The chosen images `b c h w`, mirrored and mixed as the recipe says."""
        images, labels = self._train[0][chosen], self._train[1][chosen]
        if self._recipe.flip:
            images = torch.where(mirror[:, None, None, None], images.flip(-1), images)
        return mix(images, labels, draw_share(self._shares, self._recipe.mixup))

    def _improve(self, batch: Mixed) -> torch.Tensor:
        self._step.optimiser.set_rate(learning_rate(self._recipe, self.step, self._steps))
        loss = self._step(batch)
        if self._average is not None:
            self._average.update()
        self.step += 1
        return loss

    def _look(self, seen: int) -> None:
        """Whether this epoch's first `seen` losses are sensible numbers."""
        unusable = (~(self._losses[:seen].abs() < ABSURD)).nonzero()
        if len(unusable):
            first = int(unusable[0])
            raise Diverged(
                f"the training loss is {float(self._losses[first]):g} at step"
                f" {self.step - seen + first + 1} of {self._steps}"
            )
