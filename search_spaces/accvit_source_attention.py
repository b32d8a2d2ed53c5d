"""The attention of an ACC-ViT as somebody would write it for one network: the text of classes.

Each function gives one class, without what the network does not use.
"""

from accvit_blocks import ACCViTConfig


def atrous(config: ACCViTConfig) -> bool:
    """Whether any attention is dilated."""
    return any(dilation > 1 for stage in config.stages for dilation in stage.dilations)


def window_attention(config: ACCViTConfig) -> str:
    """One branch."""
    window = config.window_size
    tokens, table = window**2, (2 * window - 1) ** 2
    given = kept = passed = apart = ""
    if atrous(config):
        given, passed = ", dilation: int", ", self.dilation"
        kept, apart = "        self.dilation = dilation\n", " that lie `dilation` apart"
    return f'''\
{_dilated_windows(window) if atrous(config) else _windows(window)}

def pair_positions() -> Tensor:
    """The entry of the position table for each pair of a window's pixels: {tokens} {tokens}."""
    pixel = torch.arange({window})
    step = pixel[:, None] - pixel + {window - 1}  # {window} {window}, from 0 to {2 * window - 2}
    rows, columns = step[:, None, :, None], step[None, :, None, :]
    return (rows * {2 * window - 1} + columns).reshape({tokens}, {tokens})


class WindowAttention(nn.Module):
    """Self-attention among windows of {window} x {window} pixels{apart}."""

    def __init__(self, width: int, heads: int{given}) -> None:
        super().__init__()
        self.heads = heads
{kept}        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.position_bias = nn.Parameter(torch.zeros(heads, {table}))
        self.project = nn.Linear(width, width)
        self.register_buffer("pairs", pair_positions(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """b h w c -> b h w c."""
        windows = to_windows(self.norm(x){passed})  # windows {tokens} c
        qkv = self.qkv(windows).unflatten(2, (3, self.heads, -1))
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # windows heads {tokens} e each
        logits = (q * q.shape[-1] ** -0.5) @ k.transpose(2, 3) + self.position_bias[:, self.pairs]
        attended = (logits.softmax(dim=-1) @ v).transpose(1, 2).flatten(2)  # windows {tokens} c
        return from_windows(self.project(attended), x.shape{passed})
'''


def _windows(p: int) -> str:
    return f'''\
def to_windows(x: Tensor) -> Tensor:
    """b (y {p}) (x {p}) c -> (b y x) {p * p} c."""
    b, h, w, c = x.shape
    x = x.reshape(b, h // {p}, {p}, w // {p}, {p}, c)
    return x.transpose(2, 3).reshape(-1, {p * p}, c)


def from_windows(windows: Tensor, shape: torch.Size) -> Tensor:
    """The inverse of `to_windows`, for a map of that shape."""
    b, h, w, c = shape
    x = windows.reshape(b, h // {p}, w // {p}, {p}, {p}, c)
    return x.transpose(2, 3).reshape(b, h, w, c)
'''


def _dilated_windows(p: int) -> str:
    return f'''\
def to_windows(x: Tensor, d: int) -> Tensor:
    """b (y {p} d) (x {p} d) c -> (b y x d d) {p * p} c: every d-th row and column to a window."""
    b, h, w, c = x.shape
    x = x.reshape(b, h // ({p} * d), {p}, d, w // ({p} * d), {p}, d, c)
    return x.permute(0, 1, 4, 3, 6, 2, 5, 7).reshape(-1, {p * p}, c)


def from_windows(windows: Tensor, shape: torch.Size, d: int) -> Tensor:
    """The inverse of `to_windows`, for a map of that shape."""
    b, h, w, c = shape
    x = windows.reshape(b, h // ({p} * d), w // ({p} * d), d, d, {p}, {p}, c)
    return x.permute(0, 1, 5, 3, 2, 6, 4, 7).reshape(b, h, w, c)
'''


def atrous_attention(config: ACCViTConfig) -> str:
    """Several branches, fused."""
    gate = config.fusion == "gate"
    return f'''\
class AtrousAttention(nn.Module):
    """Window attention at several dilations side by side, {_fused(gate)}."""

    def __init__(self, width: int, heads: int, dilations: tuple[int, ...]) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            WindowAttention(width, heads, dilation) for dilation in dilations
        )
{_gate(gate)}
    def forward(self, x: Tensor) -> Tensor:
        """b h w c -> b h w c."""
        branches = [branch(x) for branch in self.branches]
        return {_fuse(gate)}
'''


def branchwise_attention(config: ACCViTConfig) -> str:
    """Several branches, each with an MLP of its own, fused."""
    gate = config.fusion == "gate"
    return f'''\
class BranchwiseAttention(nn.Module):
    """Window attention at several dilations, each with its own MLP, then {_fused(gate)}."""

    def __init__(self, width: int, heads: int, dilations: tuple[int, ...], hidden: int) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            WindowAttention(width, heads, dilation) for dilation in dilations
        )
        self.mlps = nn.ModuleList(MLP(width, hidden) for _ in dilations)
{_gate(gate)}
    def forward(self, x: Tensor) -> Tensor:
        """b h w c -> b h w c."""
        branches = []
        for attention, mlp in zip(self.branches, self.mlps, strict=True):
            attended = attention(x)
            branches.append(attended + mlp(x + attended))
        return {_fuse(gate)}
'''


def _fused(gate: bool) -> str:
    return "gated" if gate else "averaged"


def _gate(gate: bool) -> str:
    return "        self.gate = Gate(len(dilations), width)\n" if gate else ""


def _fuse(gate: bool) -> str:
    return "self.gate(branches, x)" if gate else "sum(branches) / len(branches)"
