"""The arguments of an export, and the command that makes it again."""

import shlex
from argparse import Namespace
from pathlib import Path

from nas.commandline import Parser, count
from nas.core.errors import InputError
from nas.exporting.take_home import Extras

_EXTRAS = ("onnx", "torch-export", "measure")


def parser(description: str) -> Parser:
    """That of the command."""
    parser = Parser(prog="python -m nas.export", description=description)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--study", type=Path, metavar="DIR", help="the study's folder: runs/<study>")
    which.add_argument("--variant", metavar="NAME", help="a published network, without a study")
    which.add_argument("--verify", type=Path, metavar="DIR", help="an exported folder to prove")
    add = parser.add_argument
    add("--trial", metavar="WHICH", help="N, best-under:10M, best-under:2G-macs or knee")
    add("--space", metavar="NAME", help="of --variant; default: the one that is installed")
    add("--storage", metavar="URL", help="the study's database, where that asks for a password")
    add("--out", type=Path, metavar="DIR", help="a new or empty folder")
    add(
        "--weights",
        choices=("untrained", "proxy"),
        default="untrained",
        help="freshly initialised (default), or those of the trial's proxy training",
    )
    add("--classes", type=count, metavar="N", help="outputs; default: the study's target, or 1000")
    add("--resolution", type=count, metavar="PX", help="pixels; default: the study's, or 224")
    add("--seed", type=int, default=0, metavar="N", help="of untrained weights; default: 0")
    add("--onnx", action="store_true", help="model.onnx as well; needs onnx and onnxscript")
    add("--torch-export", action="store_true", help="model.pt2 as well, for torch.export.load")
    add("--measure", action="store_true", help="latency.json as well, of this machine")
    return parser


def check_alone(given: Namespace) -> None:
    """InputError for what --verify has no use for."""
    untouched = parser("")
    for name, value in vars(given).items():
        if name != "verify" and value != untouched.get_default(name):
            raise InputError(
                f"--verify: leave out --{name.replace('_', '-')}; it takes a folder alone"
            )


def extras(given: Namespace) -> Extras:
    """What was asked for beside the network."""
    return Extras(onnx=given.onnx, archive=given.torch_export, latency=given.measure)


def command(given: Namespace, *which: str) -> str:
    """What makes this export again, wherever it is put."""
    words = ["python", "-m", "nas.export", *which, "--out", "DIR"]
    if given.weights == "proxy":
        words += ["--weights", "proxy"]
    elif given.seed:
        words += ["--seed", str(given.seed)]
    for flag in ("classes", "resolution"):
        if getattr(given, flag) is not None:
            words += [f"--{flag}", str(getattr(given, flag))]
    words += [f"--{flag}" for flag in _EXTRAS if getattr(given, flag.replace("-", "_"))]
    return shlex.join(words)
