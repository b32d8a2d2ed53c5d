"""What a difference between the settings of two runs means for whoever compares them."""

from typing import Literal

Meaning = Literal["measured", "searched", "rounding"]
WORDS: dict[Meaning, str] = {
    "measured": "what a network's result rests on",
    "searched": "what was searched, and how",
    "rounding": "without effect on results, but for rounding",
}  # in the order of telling
# Settings, or groups of them, on which the result of one and the same member rests.
_MEASURED = (
    *("space", "target", "fidelity", "data", "digest", "classes", "channels", "recipe"),
    "device",  # GPUs calculate in bfloat16
)
_ROUNDING = (
    *("recipe.eval_batch_size", "recipe.execution", "recipe.checkpointing"),  # see Recipe
    "threads",
)
_NAMES = ("data.source",)  # of what the digest is the content of


def meaning(name: str, *, same_content: bool) -> Meaning:
    """Of a setting by its dotted name, which differs; `same_content`: the digests do not."""
    if name in _ROUNDING or (name in _NAMES and same_content):
        return "rounding"
    return "measured" if name.partition(".")[0] in _MEASURED else "searched"
