"""What a search space must offer; third parties implement this Protocol and are found by name."""

import hashlib
import importlib
import json
from collections.abc import Iterable, Mapping
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from nas.core.cost import Cost, Metric
from nas.core.errors import InputError
from nas.core.evaluated import EvaluatedSpace
from nas.core.fidelity import Setting
from nas.core.knob import Genome, Knob, Value

if TYPE_CHECKING:
    from torch import nn

ENTRY_POINTS = "nas.search_spaces"
FACTORIES = "nas.space_factories"  # a space that evaluates itself, from what follows "NAME:"
Choices = Mapping[str, tuple[Value, ...]]  # the values a search may use of each knob
Configuration = Any  # opaque to `nas`: whatever fully determines a network of this space


@runtime_checkable
class SearchSpace(Protocol):
    """Genome <-> configuration, rules between knobs, the canonical form, costs, and the network.

    A genome is flat and static: every knob is always present, and one that has no effect on the
    network (a dead knob) holds its canonical value, so that one network has one genome.

    A space may offer more: `chain` (nas.core.chain), `verification` (nas.costs.offer),
    `source(configuration)`, the network as one file for an export (nas.core.source), and `slowed`,
    which for a device ("cpu", "cuda") says in a line why trainings there are slower than they could
    be, or None; it is asked before the first training.
    """

    @property
    def name(self) -> str:
        """The name users write after --space."""

    @property
    def knobs(self) -> tuple[Knob, ...]:
        """Every decision, with all its choices."""

    @property
    def published(self) -> Mapping[str, Configuration]:
        """Known members by name, at their published setting; may be empty."""

    @property
    def size(self) -> int:
        """How many canonical configurations there are."""

    def violation(self, genome: Genome) -> str | None:
        """The first broken rule between knobs, in words; None for a valid genome."""

    def canonical(self, genome: Genome) -> dict[str, Value]:
        """The one genome of the same network; dead knobs hold their canonical value."""

    def decode(self, genome: Genome) -> Configuration:
        """The configuration of a valid genome, at the space's reference setting."""

    def encode(self, configuration: Configuration) -> dict[str, Value]:
        """The canonical genome of a configuration; InputError where it is no member."""

    def adapt(self, configuration: Configuration, setting: Setting) -> Configuration:
        """The same architecture at another setting; UnrepresentableError gives the reason."""

    def cost(self, configuration: Configuration) -> Cost:
        """Closed form; no module is built."""

    def stage_costs(self, configuration: Configuration) -> Mapping[str, Cost]:
        """The cost's parts in the order of the network; they sum to `cost`."""

    def cost_range(self, choices: Choices, setting: Setting) -> Mapping[Metric, tuple[int, int]]:
        """Smallest and largest cost that `choices` can reach at `setting`, exact per metric."""

    def build(self, configuration: Configuration, *, drop_path: float = 0.0) -> "nn.Module":
        """The network: images b c h w -> logits b classes. `drop_path`: stochastic depth."""

    def to_dict(self, configuration: Configuration) -> dict[str, Any]:
        """The configuration as JSON values."""

    def from_dict(self, values: Mapping[str, Any]) -> Configuration:
        """The configuration written by `to_dict`; ValueError names what is wrong."""


def key_of(canonical: Genome) -> str:
    """Content hash of a canonical genome, 16 hexadecimal digits: cache key and file name."""
    text = json.dumps(dict(canonical), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def find_space(name: str) -> SearchSpace:
    """The space of networks of that name, or `package.module:SPACE`; InputError otherwise."""
    made = name.partition(":")[0] in entry_points(group=FACTORIES).names
    if made or isinstance(found := load_space(name), EvaluatedSpace):
        raise InputError(f"--space {name}: has no networks; only nas.search can use it")
    return found


def load_space(name: str) -> SearchSpace | EvaluatedSpace:
    """As `find_space`, but a space may also bring its own evaluation."""
    registered = {entry.name: entry for entry in entry_points(group=ENTRY_POINTS)}
    if name not in registered and ":" not in name:
        raise InputError(_unknown(name, registered))
    try:
        if name in registered:
            found = registered[name].load()
        else:
            module, _, attribute = name.partition(":")
            found = getattr(importlib.import_module(module), attribute)
        # Reads its properties, which may raise as well.
        fitting = isinstance(found, EvaluatedSpace | SearchSpace)
    except Exception as error:  # whatever somebody's module raises while it is imported
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"--space {name}: cannot be loaded: {reason}") from error
    if isinstance(found, type):
        raise InputError(f"--space {name}: a class; expected a search space made from it")
    if not fitting:
        raise InputError(
            f"--space {name}: {type(found).__name__} is no search space (see nas.core.space)"
        )
    return found  # type: ignore[no-any-return]


def _unknown(name: str, registered: Iterable[str]) -> str:
    known = ", ".join(sorted(registered)) or "none is installed"
    return f"--space {name}: unknown; expected one of {known}, or package.module:SPACE"
