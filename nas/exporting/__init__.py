"""One network on disk: a file that needs torch alone, its weights, a card, and the proofs."""

from nas.exporting.load import load_exported
from nas.exporting.take_home import Extras
from nas.exporting.write import Origin, export

__all__ = ["Extras", "Origin", "export", "load_exported"]
