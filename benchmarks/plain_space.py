"""ACC-ViT's space whose networks are built in the plain form: what a search would cost with it."""

from torch import nn

from accvit_blocks import ACCViTConfig
from accvit_blocks.plain import PlainACCViT
from nas.core.errors import InputError
from search_spaces.accvit import ACCViTSpace


class PlainSpace(ACCViTSpace):
    """The same genomes, costs and initial weights."""

    def build(self, configuration: ACCViTConfig, *, drop_path: float = 0.0) -> nn.Module:
        """Images b c h w -> logits b classes; InputError for stochastic depth, which it lacks."""
        if drop_path:
            raise InputError(f"drop_path: expected 0, as the plain form has none; got {drop_path}")
        ours = super().build(configuration)  # first: it draws from the trial's random numbers
        plain = PlainACCViT(configuration)
        plain.load_state_dict(ours.state_dict())
        return plain


SPACE = PlainSpace()
