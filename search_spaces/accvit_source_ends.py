"""Where an ACC-ViT begins and ends, as the text of a class each: its stem and its head."""

from accvit_blocks import ACCViTConfig


def stem(config: ACCViTConfig) -> str:
    """Two 3 x 3 convolutions."""
    width, side = config.stem_width, config.image_size
    return f'''\
class Stem(nn.Module):
    """Two 3 x 3 convolutions, the first of which halves the resolution."""

    def __init__(self) -> None:
        super().__init__()
        self.reduce = nn.Conv2d({config.channels}, {width}, 3, stride=2, padding=1, bias=False)
        self.norm = batch_norm({width})
        self.refine = nn.Conv2d({width}, {width}, 3, padding=1)

    def forward(self, images: Tensor) -> Tensor:
        """b {config.channels} {side} {side} -> b {width} {side // 2} {side // 2}."""
        return self.refine(F.gelu(self.norm(self.reduce(images))))
'''


def head(config: ACCViTConfig) -> str:
    """From the last map to logits."""
    width, side, classes = config.stages[-1].width, config.image_size // 32, config.classes
    return f'''\
class Head(nn.Module):
    """Mean over the map, one hidden layer, classes."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm({width})
        self.hidden = nn.Linear({width}, {width})
        self.classify = nn.Linear({width}, {classes}, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """b {width} {side} {side} -> b {classes}."""
        pooled = self.norm(x.mean((2, 3)))
        return self.classify(self.hidden(pooled).tanh())
'''
