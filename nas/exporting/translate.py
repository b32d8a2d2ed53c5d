"""Tensors of a built network under the names of its written-out form, and back."""

from collections import defaultdict
from collections.abc import Mapping

from torch import Tensor

from nas.core.errors import InputError
from nas.core.source import Part

State = Mapping[str, Tensor]


def written(built: State, parts: Mapping[str, Part], own: State) -> dict[str, Tensor]:
    """The built network's tensors, named and shaped as those in `own` are."""
    return {
        name: _rows(built[part.tensor], part).reshape(own[name].shape).clone()
        for name, part in parts.items()
    }


def restored(own: State, parts: Mapping[str, Part], built: State) -> dict[str, Tensor]:
    """The inverse of `written`; `built` gives the shapes."""
    found = {name: tensor.clone() for name, tensor in built.items()}
    for name, part in parts.items():
        target = _rows(found[part.tensor], part)
        target.copy_(own[name].reshape(target.shape))
    return found


def check(built: State, parts: Mapping[str, Part], own: State) -> None:
    """InputError unless `parts` is one to one: each value of both networks is there once."""
    if parts.keys() != own.keys():
        raise _wrong(f"and its parts differ in {_some(parts.keys() ^ own.keys())}")
    covered: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for name, part in parts.items():
        if part.tensor not in built:
            raise _wrong(f"takes {name} from {part.tensor}, which the network does not have")
        piece = _rows(built[part.tensor], part)
        if piece.numel() != own[name].numel() or piece.dtype != own[name].dtype:
            expected = f"{tuple(piece.shape)} of {piece.dtype}"
            raise _wrong(f"has another {name} than the network, which has {expected}")
        covered[part.tensor].append(part.rows or (0, _length(built[part.tensor])))
    for name, tensor in built.items():
        end = 0
        for first, last in sorted(covered[name]):
            end = last if first == end else -1
        if end != _length(tensor):
            raise _wrong(f"does not take each row of {name} exactly once")


def _rows(tensor: Tensor, part: Part) -> Tensor:
    return tensor if part.rows is None else tensor[slice(*part.rows)]


def _length(tensor: Tensor) -> int:
    """Rows; of a lone number one, so that it can be taken."""
    return len(tensor) if tensor.ndim else 1


def _some(names: set[str]) -> str:
    listed = sorted(names)
    return ", ".join(listed[:3]) + (" and more" if len(listed) > 3 else "")


def _wrong(said: str) -> InputError:
    return InputError(f"the space's source {said}")
