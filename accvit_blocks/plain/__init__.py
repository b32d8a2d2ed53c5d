"""The network once more, in the plainest form: what ACCViT must equal, and what counters can read.

Gates are 1 x 1 convolutions with one group per channel, attention is two explicit products, every
branch is a loop's turn, and the pixels of a window are found by slicing. `PlainACCViT` has the
parameter names and shapes of `ACCViT`, so it loads its state dict as it is; where that stacks
branches along the first axis, `chunk` takes them apart. It is no faster way to anything: it exists
so that outputs and costs can be checked against something simple.
"""

from accvit_blocks.plain.model import PlainACCViT

__all__ = ["PlainACCViT"]
