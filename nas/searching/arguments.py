"""The command line of `python -m nas.search`."""

import argparse
import math
import sys
from typing import get_args

from nas.commandline import YEAR, Parser, count
from nas.core.redaction import redacted
from nas.data import DISTORTIONS, SOURCES
from nas.evaluation import FIDELITIES, Execution
from nas.samplers import SAMPLERS
from nas.study.storage import absolute

LAG = 8  # as many workers as one machine commonly has
TRIALS = 24
# What says how a replay is carried out; all else is the run's.
REPLAYED = (
    *("replay", "trials", "storage", "quiet", "runner", "workers"),
    *("ray_address", "ray_code", "gpus_per_trial"),
)


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The arguments; a mistake in them ends the process with one line and exit code 2."""
    made = parser()
    args = made.parse_args(argv)
    if args.space is None and args.replay is None:
        made.error("expected --space NAME, or --replay RUN")
    given = [name for name, value in vars(args).items() if value != made.get_default(name)]
    if args.replay is not None and (unused := [name for name in given if name not in REPLAYED]):
        flag = unused[0].replace("_", "-")
        made.error(f"--{flag}: --replay takes all such from the run; leave it out")
    if args.deterministic is not None and args.minutes is not None:
        made.error("--minutes: a deterministic search knows no clock; leave it out")
    if args.trials is None and args.replay is None:
        args.trials = TRIALS
    args.command = [_shown(word) for word in (sys.argv[1:] if argv is None else argv)]
    return args


def _shown(word: str) -> str:
    """A word of the command as it may be kept: a storage's URL without its secrets."""
    flag, equals, value = word.partition("=")
    if equals and flag.startswith("--"):
        return f"{flag}={_shown(value)}"
    return redacted(word) if "://" in word else word


def parser() -> Parser:
    """What the command takes."""
    made = Parser(
        prog="python -m nas.search",
        description="Search a space on real images, within exact bounds, and draw the front.",
    )
    _what(made)
    _proxy(made)
    _how(made)
    return made


def _what(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what to search")
    add = group.add_argument
    add("--space", metavar="NAME", help="a registered space, tabular:FILE, or package.module:SPACE")
    add("--budget", metavar="LO-HI", help="parameters: 5M-30M, 5M-, -30M (as --budget=-30M), 28.4M")
    add("--macs", metavar="LO-HI", help="multiply-accumulates of one image: 1G-6G")
    add("--flops", metavar="LO-HI", help="FLOPs as the space's paper counts them")
    add(
        "--fix",
        metavar="KNOB=VALUE",
        action="append",
        default=[],
        help="pin a knob (* for any stage)",
    )
    add("--choices", metavar="KNOB=A,B", action="append", default=[], help="narrow a knob")
    add(
        "--objectives",
        metavar="A,B",
        help="accuracy,params (default), macs or flops; of a table a:max,b:min",
    )
    add(
        "--target-resolution", type=count, default=224, metavar="PX", help="where costs are counted"
    )
    add("--target-classes", type=count, default=1000, metavar="N")
    add("--target-channels", type=count, default=3, metavar="N")
    add("--knobs", type=_names, metavar="A,B", help="of a table: the columns that are decisions")
    add("--costs", type=_names, metavar="A,B", help="of a table: what is known before evaluation")
    add("--ordered", type=_names, metavar="A,B", help="of a table: knobs with values in order")
    add(
        "--within",
        metavar="COST=LO-HI",
        action="append",
        default=[],
        help="bound a cost of a space that brings its own evaluation",
    )
    add("--no-published", action="store_true", help="do not train the published members alike")


def _proxy(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("proxy training (unset: by --preset)")
    add = group.add_argument
    add(
        "--data",
        default="mnist5k",
        metavar="SOURCE",
        help=f"one of {', '.join(SOURCES)} (see README)",
    )
    add("--distort", choices=[*DISTORTIONS], help="make the images harder, once and by seed")
    add("--preset", choices=["auto", *FIDELITIES], default="auto", help="auto: by the device")
    add("--epochs", type=count, metavar="N")
    add("--resolution", type=count, metavar="PX")
    add("--width-scale", type=_share, metavar="S", help="scale of all widths, above 0, up to 1")
    add("--data-share", type=_share, metavar="S", help="share of the training images")
    add("--val-limit", type=count, metavar="N", help="validation images at most")
    add("--batch-size", type=count, metavar="N")
    add("--learning-rate", type=_positive, metavar="R")
    add("--mixup", type=float, metavar="ALPHA")
    add("--ema", type=float, metavar="DECAY")
    add("--drop-path", type=float, metavar="RATE", help="stochastic depth")
    add("--execution", choices=get_args(Execution), help="of training steps; not eager: GPU alone")
    add(
        "--checkpointing",
        action="store_const",
        const=True,
        help="compute activations twice in place of keeping them: less memory, more time",
    )


def _how(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("how to run it")
    add = group.add_argument
    add("--trials", type=count, metavar="N", help=f"complete trials (default {TRIALS})")
    add("--minutes", type=_positive, metavar="M", help="start nothing new after so long")
    add(
        "--trial-minutes",
        type=_minutes,
        metavar="M",
        help="a trial that takes longer fails as timeout",
    )
    add("--sampler", choices=SAMPLERS, default="auto")
    add("--seed", type=_whole, default=0, metavar="S")
    add(
        "--deterministic",
        type=count,
        nargs="?",
        const=LAG,
        metavar="LAG",
        help="the same proposals and results with any number of workers: a proposal rests on the"
        f" outcomes up to LAG trials before it (default {LAG})",
    )
    add("--threads", type=count, metavar="N", help="of a training (--deterministic: 1)")
    add(
        "--replay",
        metavar="RUN",
        help="carry a run out again beside its records, and say whether all is the same",
    )
    add("--study", metavar="NAME", help="default: the space and a hash of the settings")
    add("--out", default="runs", metavar="DIR", help="where the run's folder goes (default runs)")
    add(
        "--storage",
        type=absolute,
        metavar="URL",
        help="an Optuna storage; default a SQLite file in the run",
    )
    add("--runner", choices=["ray", "inline"], default="ray")
    add(
        "--ray-address",
        metavar="ADDRESS",
        help="the Ray cluster of this machine: HOST:PORT, or auto (docs/cluster.md)",
    )
    add(
        "--ray-code",
        choices=["ship", "installed"],
        default="ship",
        help="code that is not installed here is sent to the nodes, or is installed there",
    )
    add("--workers", type=count, metavar="N", help="trainings side by side")
    add("--device", choices=["auto", "cpu", "cuda"], default="auto")
    add("--gpus-per-trial", type=_gpus, default="auto", metavar="F|auto")
    add("--keep-weights", choices=["front", "all", "none"], default="front")
    add("--quiet", action="store_true", help="print only the front")


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names or len(set(names)) != len(names):
        raise argparse.ArgumentTypeError(f"expected names, a,b,c, each once; got {text!r}")
    return names


def _share(text: str) -> float:
    value = _positive(text)
    if value > 1:
        raise argparse.ArgumentTypeError(f"expected a share above 0, up to 1; got {text!r}")
    return value


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"expected a number above 0; got {text!r}")
    return value


def _minutes(text: str) -> float:
    value = _positive(text)
    if value > YEAR:
        raise argparse.ArgumentTypeError(f"expected minutes, up to a year of them; got {text!r}")
    return value


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) >= 2**31:
        raise argparse.ArgumentTypeError(f"expected a whole number, 0 to 2^31 - 1; got {text!r}")
    return int(text)


def _gpus(text: str) -> float | str:
    if text == "auto":
        return text
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"expected a number of GPUs, or auto; got {text!r}")
    return value
