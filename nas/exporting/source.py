"""The written-out form that a space offers of a network, run once and checked."""

from dataclasses import dataclass
from types import ModuleType

import torch
from torch import Tensor, nn

from nas.core.errors import InputError
from nas.core.source import Source
from nas.core.space import Configuration, SearchSpace
from nas.exporting.translate import check, written


@dataclass(frozen=True, kw_only=True)
class Written:
    """A source, its network with the weights of the built one, and these under its own names."""

    source: Source
    model: nn.Module
    state: dict[str, Tensor]


def written_out(
    space: SearchSpace, configuration: Configuration, built: nn.Module
) -> Written | None:
    """None where the space offers no source; InputError for one that is none of this network."""
    source = offered(space, configuration)
    if source is None:
        return None
    model = _made(space, source)
    own = model.state_dict()
    check(built.state_dict(), source.parts, own)
    state = written(built.state_dict(), source.parts, own)
    model.load_state_dict(state)
    return Written(source=source, model=model.eval(), state=state)


def offered(space: SearchSpace, configuration: Configuration) -> Source | None:
    """What the space's method `source` gives; None where it has none."""
    method = getattr(space, "source", None)
    if method is None:
        return None
    try:
        source = method(configuration)
    except Exception as error:  # whatever somebody's method raises
        raise _defective(space, error) from error
    if not isinstance(source, Source):
        raise InputError(
            f"space {space.name}: source(configuration) gave a {type(source).__name__};"
            " expected a nas.core.source.Source"
        )
    return source


def _made(space: SearchSpace, source: Source) -> nn.Module:
    module = ModuleType("model")
    try:
        with torch.random.fork_rng(devices=[]):
            exec(compile(source.text, "model.py", "exec"), module.__dict__)
            made = getattr(module, source.network)()
    except Exception as error:  # whatever somebody's text raises
        raise _defective(space, error) from error
    if not isinstance(made, nn.Module):
        raise InputError(f"space {space.name}: {source.network} of its source is no nn.Module")
    return made


def _defective(space: SearchSpace, error: Exception) -> InputError:
    said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    return InputError(f"space {space.name}: its source is defective: {said}")
