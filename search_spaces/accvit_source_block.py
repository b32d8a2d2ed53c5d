"""What an ACC-ViT has behind its attention, and its blocks, as text, alike in every network."""

MLP = '''\
class MLP(nn.Module):
    """Layer norm, expand, GELU, reduce: pixel by pixel."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.expand = nn.Linear(width, hidden)
        self.reduce = nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        """b h w c -> b h w c."""
        return self.reduce(F.gelu(self.expand(self.norm(x))))
'''
CONVNEXT = '''\
class ConvNeXtLayer(nn.Module):
    """A depthwise 7 x 7 convolution, an MLP, squeeze-and-excitation (after arXiv:2201.03545)."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(width, width, 7, padding=3, groups=width)
        self.norm = nn.LayerNorm(width)
        self.expand = nn.Linear(width, hidden)
        self.reduce = nn.Linear(hidden, width)
        self.excite = SqueezeExcitation(width, squeezed=width // 4)

    def forward(self, x: Tensor) -> Tensor:
        """b h w c -> b h w c."""
        x = channels_last(self.depthwise(channels_first(x)))
        x = self.reduce(F.gelu(self.expand(self.norm(x))))
        return channels_last(self.excite(channels_first(x)))
'''
BLOCK = '''\
class Block(nn.Module):
    """Atrous convolution, attention, MLP, each with a residual connection."""

    def __init__(self, conv: AtrousConv, attention: nn.Module, mlp: nn.Module) -> None:
        super().__init__()
        self.conv = conv
        self.attention = attention
        self.mlp = mlp

    def forward(self, x: Tensor) -> Tensor:
        """b c_in (h stride) (w stride) -> b c h w."""
        x = channels_last(self.conv(x))
        x = x + self.attention(x)
        x = x + self.mlp(x)
        return channels_first(x)
'''
BRANCHWISE_BLOCK = '''\
class BranchwiseBlock(nn.Module):
    """An atrous convolution, then attention whose branches have MLPs of their own."""

    def __init__(self, conv: AtrousConv, attention: BranchwiseAttention) -> None:
        super().__init__()
        self.conv = conv
        self.attention = attention

    def forward(self, x: Tensor) -> Tensor:
        """b c_in (h stride) (w stride) -> b c h w."""
        x = channels_last(self.conv(x))
        return channels_first(x + self.attention(x))
'''
