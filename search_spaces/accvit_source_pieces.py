"""Small pieces of which the parts of an ACC-ViT are made, as text, alike in every network."""

BATCH_NORM = '''\
def batch_norm(channels: int) -> nn.BatchNorm2d:
    """Batch normalisation with MaxViT's constants."""
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)
'''
CHANNELS_LAST = '''\
def channels_last(x: Tensor) -> Tensor:
    """b c h w -> b h w c, without a copy."""
    return x.permute(0, 2, 3, 1)


def channels_first(x: Tensor) -> Tensor:
    """b h w c -> b c h w, without a copy."""
    return x.permute(0, 3, 1, 2)
'''
SQUEEZE_EXCITATION = '''\
class SqueezeExcitation(nn.Module):
    """Scales each channel by what the mean of the map says of it (arXiv:1709.01507)."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.squeeze = nn.Linear(channels, squeezed)
        self.expand = nn.Linear(squeezed, channels)

    def forward(self, x: Tensor) -> Tensor:
        """b c h w -> b c h w."""
        mean = x.mean((2, 3))  # b c
        strength = self.expand(F.silu(self.squeeze(mean))).sigmoid()
        return x * strength[:, :, None, None]
'''
GATE = '''\
class Gate(nn.Module):
    """Adds up parallel branches, in shares that an input decides for each pixel and channel.

    The shares are a softmax over the branches; with weights and biases of zero it is their mean.
    """

    def __init__(self, branches: int, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(branches, channels))
        self.bias = nn.Parameter(torch.zeros(branches, channels))

    def forward(self, branches: list[Tensor], x: Tensor) -> Tensor:
        """Branches b h w c each, and the gate's input b h w c -> b h w c."""
        weight, bias = self.weight[:, None, None, None], self.bias[:, None, None, None]
        shares = torch.addcmul(bias, weight, x).softmax(dim=0).unbind()  # b h w c each
        fused = shares[0] * branches[0]
        for share, branch in zip(shares[1:], branches[1:], strict=True):
            fused = fused + share * branch
        return fused
'''
