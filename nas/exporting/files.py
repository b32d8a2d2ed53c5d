"""The names inside an exported folder."""

CONFIG, WEIGHTS, CARD, LICENCE = "config.json", "model.safetensors", "MODEL_CARD.md", "LICENSE"
MODEL, PROOF, GOLDEN = "model.py", "test_model.py", "golden.safetensors"
TIMM, HUB = "timm_model.py", "hub_model.py"
ONNX, ARCHIVE, LATENCY = "model.onnx", "model.pt2", "latency.json"
