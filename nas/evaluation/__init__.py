"""The life of one trial: build, train, score."""

from nas.evaluation.checkpointing import checkpointed
from nas.evaluation.device import Asked, device_name, pick_device
from nas.evaluation.errors import Diverged, NoDeviceError, OutOfTime
from nas.evaluation.evaluate import evaluate
from nas.evaluation.execution import check_execution
from nas.evaluation.memory import gpu_share, measure_peak, total_memory
from nas.evaluation.presets import FIDELITIES, Preset
from nas.evaluation.recalibrate import recalibrate
from nas.evaluation.recipe import Execution, Recipe
from nas.evaluation.score import Scored, score
from nas.evaluation.trainer import EpochEnd, TrainingResult, train
from nas.evaluation.weights import load_weights, save_weights

__all__ = [
    "FIDELITIES",
    "Asked",
    "Diverged",
    "EpochEnd",
    "Execution",
    "NoDeviceError",
    "OutOfTime",
    "Preset",
    "Recipe",
    "Scored",
    "TrainingResult",
    "check_execution",
    "checkpointed",
    "device_name",
    "evaluate",
    "gpu_share",
    "load_weights",
    "measure_peak",
    "pick_device",
    "recalibrate",
    "save_weights",
    "score",
    "total_memory",
    "train",
]
