"""Kernels for CPUs: what torch would do in many small operations, done in one pass over memory.

Compiled on the machine by its own C++ compiler when first needed (some seconds, once). Without a
compiler, and wherever somebody looks into the operations (see `usable`), blocks use torch's.
"""

from accvit_blocks.native.attention import window_attention
from accvit_blocks.native.depthwise import depthwise
from accvit_blocks.native.gate import BRANCHES, gate
from accvit_blocks.native.library import disabled, missing, usable
from accvit_blocks.native.norm import norm_gelu, suits

__all__ = [
    "BRANCHES",
    "depthwise",
    "disabled",
    "gate",
    "missing",
    "norm_gelu",
    "suits",
    "usable",
    "window_attention",
]
