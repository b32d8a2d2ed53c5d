"""The names inside an exported folder."""

CONFIG, WEIGHTS, NOTE = "config.json", "model.safetensors", "README.md"
