"""One finite decision of a search space, and the genome that holds one value for each of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from nas.core.errors import InputError

Value = str | int | float | bool
Genome = Mapping[str, Value]


@dataclass(frozen=True, kw_only=True)
class Knob:
    """A named, finite choice; `ordered` says that neighbouring choices are alike (8, 16, 32)."""

    name: str
    choices: tuple[Value, ...]
    ordered: bool = False

    def offers(self, text: str) -> bool:
        """Whether `text` is one of the choices, as `parse` reads it."""
        return any(str(choice).lower() == text.strip().lower() for choice in self.choices)

    def parse(self, text: str) -> Value:
        """The choice written as `text`, as str() writes it; InputError names the choices."""
        for choice in self.choices:
            if str(choice).lower() == text.strip().lower():
                return choice
        offered = ", ".join(str(choice) for choice in self.choices)
        raise InputError(f"knob {self.name}: expected one of {offered}; got {text!r}")
