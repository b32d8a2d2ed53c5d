"""How a proxy training is run: everything about it but its size, which is the fidelity's."""

from dataclasses import dataclass
from typing import Literal, get_args

from nas.core.errors import InputError

Execution = Literal["eager", "compile", "cuda-graphs"]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """AdamW with linear warm-up and cosine decay, for 1 to 10 epochs on some thousand images.

    batch_size: images of a training step, at most (see `batches`).
    learning_rate: its peak, after the warm-up.
    final_share: the last step's learning rate as a share of the peak.
    weight_decay: on weight matrices and kernels only (see `parameter_groups`).
    warmup_share: the share of all steps in which the learning rate rises from 0 to its peak.
    label_smoothing: probability that is spread over all classes.
    gradient_clip: largest norm of a step's gradient; 0 turns clipping off.
    mixup: alpha of the Beta distribution that images are mixed by; 0 turns mixing off.
    drop_path: stochastic depth's rate, passed to the space's `build`.
    ema_decay: of the moving average of the weights, which is then what is scored; 0 for none.
    flip: mirror every other training image; wrong for digits and letters.
    calibration_images: training images that batch statistics are taken from before scoring.
    eval_batch_size: images of a forward pass without gradients. On a CPU 100 are as fast as 250
        and take half the memory: less than a training step does.
    execution: how steps run: one operation after the other, compiled, or recorded as CUDA graphs;
        results are equal up to rounding.
    checkpointing: compute activations again in the backward pass, block by block, in place of
        keeping them: less memory, more time, the same results.
    """

    batch_size: int = 32
    learning_rate: float = 3e-3
    final_share: float = 0.01
    weight_decay: float = 0.05
    warmup_share: float = 0.2
    label_smoothing: float = 0.1
    gradient_clip: float = 1.0
    mixup: float = 0.0
    drop_path: float = 0.0
    ema_decay: float = 0.0
    flip: bool = False
    calibration_images: int = 512
    eval_batch_size: int = 100
    execution: Execution = "eager"
    checkpointing: bool = False

    def __post_init__(self) -> None:
        """Refuse values out of range, NaN included."""
        rate = "0 or more and below 1"
        executions, eager = get_args(Execution), self.execution == "eager"
        for name, wanted, fits in (
            ("batch_size", "2 or more images, for batch statistics", self.batch_size >= 2),
            ("learning_rate", "a rate above 0", 0 < self.learning_rate < float("inf")),
            ("final_share", "a share of 0 to 1", 0 <= self.final_share <= 1),
            ("weight_decay", "0 or more", 0 <= self.weight_decay < float("inf")),
            ("warmup_share", "a share of 0 to 1", 0 <= self.warmup_share <= 1),
            ("label_smoothing", rate, 0 <= self.label_smoothing < 1),
            ("gradient_clip", "0 (off) or more", 0 <= self.gradient_clip < float("inf")),
            ("mixup", "0 (off) or more", 0 <= self.mixup < float("inf")),
            ("drop_path", rate, 0 <= self.drop_path < 1),
            ("ema_decay", rate, 0 <= self.ema_decay < 1),
            ("calibration_images", "2 or more images", self.calibration_images >= 2),
            ("eval_batch_size", "1 or more images", self.eval_batch_size >= 1),
            ("execution", f"one of {', '.join(executions)}", self.execution in executions),
            ("checkpointing", "execution eager with it", eager or not self.checkpointing),
        ):
            if not fits:
                raise InputError(f"{name}: expected {wanted}; got {getattr(self, name)}")
