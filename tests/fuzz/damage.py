"""How files are damaged: bytes cut, put in, put over, or a JSON value put in place of another."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Damage = Callable[[bytes], bytes]
_PIECES = st.binary(max_size=16) | st.sampled_from(
    [
        *(
            b"",
            b"\0",
            b"\xff\xfe",
            b"\xef\xbb\xbf",
            b"\x80",
            b'"',
            b",",
            b"\n",
            b"\r",
            b"\r\n",
            b"nan",
        ),
        *(b"1e999", b"-1", b"9" * 5000, b"x" * 200_000, "é".encode("latin-1"), "💥".encode()),
    ]
)
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["../x", "", "\0", -1, 2**80, "sqlite:///x.db", "journal:folder"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=4,
)


@dataclass(frozen=True)
class Cut:
    """Only the first share of the bytes is left."""

    share: float

    def __call__(self, content: bytes) -> bytes:
        """The beginning."""
        return content[: int(self.share * len(content))]


@dataclass(frozen=True)
class Patch:
    """A piece, at a share of the length, in place of so many bytes."""

    share: float
    length: int
    piece: bytes

    def __call__(self, content: bytes) -> bytes:
        """With the piece in it."""
        place = int(self.share * len(content))
        return content[:place] + self.piece + content[place + self.length :]


@dataclass(frozen=True)
class Swap:
    """The value of a JSON file at a share of all its values becomes another, or is left out."""

    share: float
    value: Any
    gone: bool

    def __call__(self, content: bytes) -> bytes:
        """As JSON again."""
        tree = json.loads(content)
        places = list(_places(tree))
        holder, key = places[min(int(self.share * len(places)), len(places) - 1)]
        if self.gone:
            del holder[key]
        else:
            holder[key] = self.value
        return json.dumps(tree).encode()


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    keys = (
        list(tree) if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()
    )
    for key in keys:
        yield tree, key
        yield from _places(tree[key])


_SHARES = st.floats(0, 1)
IN_BYTES: st.SearchStrategy[Damage] = st.builds(Cut, _SHARES) | st.builds(
    Patch, _SHARES, st.integers(0, 300), _PIECES
)
IN_VALUES: st.SearchStrategy[Damage] = st.builds(Swap, _SHARES, _JSON, st.booleans()) | IN_BYTES
