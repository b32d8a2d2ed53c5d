"""Activation checkpointing (Chen et al., arXiv:1604.06174), where a network knows how to do it."""

from torch import nn

from nas.core.errors import InputError

METHOD = "set_grad_checkpointing"  # as timm's networks have it


def checkpointed(model: nn.Module) -> nn.Module:
    """The model, which from now on computes activations again in place of keeping them.

    InputError for a network without the method `set_grad_checkpointing(enable)`.
    """
    switch = getattr(model, METHOD, None)
    if not callable(switch):
        raise InputError(
            f"--checkpointing: expected networks with a method {METHOD}(enable);"
            f" {type(model).__name__} has none; leave it out"
        )
    switch(True)
    return model
