"""One network on disk: its configuration as JSON, its weights as safetensors, a note for people."""

from nas.exporting.load import load_exported
from nas.exporting.write import Origin, export

__all__ = ["Origin", "export", "load_exported"]
