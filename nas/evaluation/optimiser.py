"""AdamW (Loshchilov and Hutter, arXiv:1711.05101), and the learning rate of each step."""

import math
from typing import Any

import torch
from torch import nn

from nas.evaluation.recipe import Recipe

NEVER_DECAYED = ("bias", "table")  # last words of names, whatever the shape: position biases


def parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Trainable parameters in two groups: decayed and not.

    Not decayed are vectors (biases, scales of norms, gates), and tables of position biases, which
    are told by their name's last word: `bias`, `position_bias`, `bias_table`.
    """
    decayed: list[nn.Parameter] = []
    free: list[nn.Parameter] = []
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            spared = parameter.ndim < 2 or name.endswith(NEVER_DECAYED)
            (free if spared else decayed).append(parameter)
    groups = ((decayed, weight_decay), (free, 0.0))
    return [{"params": params, "weight_decay": decay} for params, decay in groups if params]


def make_optimiser(model: nn.Module, recipe: Recipe) -> torch.optim.AdamW:
    """AdamW as one fused kernel, which gives the same result sooner on CPUs and GPUs."""
    groups = parameter_groups(model, recipe.weight_decay)
    return torch.optim.AdamW(groups, lr=recipe.learning_rate, fused=True)


def learning_rate(recipe: Recipe, step: int, steps: int) -> float:
    """Of steps 0 to steps - 1: up a straight line, then down a cosine to the final share."""
    warmup = round(recipe.warmup_share * steps)
    if step < warmup:
        return recipe.learning_rate * (step + 1) / warmup
    done = (step - warmup + 1) / max(1, steps - warmup)
    fall = (1 + math.cos(math.pi * done)) / 2
    return recipe.learning_rate * (recipe.final_share + (1 - recipe.final_share) * fall)


def set_learning_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    """For all groups."""
    for group in optimiser.param_groups:
        group["lr"] = rate
