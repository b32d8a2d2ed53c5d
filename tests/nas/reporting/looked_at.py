"""Views of runs that never were, in few words, and a browser that looks at pages."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from nas.core.chain import START, Chain, Position, Step
from nas.core.knob import Knob
from nas.core.objective import Objective
from nas.reporting.view.measure import Measure
from nas.reporting.view.nouns import Failed, Sample, View

KNOBS = (
    Knob(name="stages.0.width", choices=(2, 4, 8), ordered=True),
    Knob(name="stages.1.width", choices=(2, 4, 8), ordered=True),
    Knob(name="norm", choices=("batch", "layer")),
    Knob(name="gate", choices=(True, False)),
)


def chain():
    """Parameters: widths times those before them; a gate, at width 8 only, costs one more."""

    def widths(before):
        return tuple(
            Step(((w,),), (before * w, 2 * before * w, 3 * before * w), w) for w in (2, 4, 8)
        )

    def ends(width):
        plain = Step((("batch", False), ("layer", False)), (0, 0, 0), "end")
        return (plain, Step((("batch", True), ("layer", True)), (1, 1, 1), "end"))[
            : 1 + (width == 8)
        ]

    return Chain(
        (
            Position(("stages.0.width",), {START: widths(1)}),
            Position(("stages.1.width",), {w: widths(w) for w in (2, 4, 8)}),
            Position(("norm", "gate"), {w: ends(w) for w in (2, 4, 8)}),
        )
    )


def cost_of(genome):
    """As the chain has it, written down otherwise."""
    first, second = genome["stages.0.width"], genome["stages.1.width"]
    return first + first * second + genome["gate"]


def genomes():
    """Every member of the chain."""
    for first in (2, 4, 8):
        for second in (2, 4, 8):
            for norm in ("batch", "layer"):
                for gate in (True, False) if second == 8 else (False,):
                    values = (first, second, norm, gate)
                    yield dict(zip((knob.name for knob in KNOBS), values, strict=True))


def view(score=lambda genome: 0.5, **changed):
    """A view of all members with accuracies from `score`; the front is what nothing beats."""
    samples = [
        Sample(
            number=number,
            name=f"trial {number}",
            role="search",
            genome=genome,
            values={
                "accuracy": score(genome),
                "params": float(cost_of(genome)),
                "macs": 7.0 * cost_of(genome) ** 1.5,
            },
            error=0.01,
        )
        for number, genome in enumerate(genomes())
    ]

    def beaten(one):
        return any(
            other.values["accuracy"] >= one.values["accuracy"]
            and other.values["params"] <= one.values["params"]
            and (other.values, other.number) != (one.values, one.number)
            and (other.values != one.values or other.number < one.number)
            for other in samples
        )

    made = View(
        study="made-up",
        title="toy on nothing",
        setting="no epochs",
        objectives=(Objective("accuracy", "maximize"), Objective("params", "minimize")),
        target="accuracy",
        costs=("params", "macs"),
        measures=(
            Measure(name="accuracy", label="accuracy", unit="%", scale=0.01, direction="maximize"),
            Measure(name="params", label="parameters", log=True, direction="minimize"),
            Measure(name="macs", label="MACs", log=True, direction="minimize"),
            Measure(name="flops", label="FLOPs", log=True, direction="minimize"),
        ),
        knobs=KNOBS,
        samples=tuple(
            replace(one, front=not beaten(one), separable=one.number > 3) for one in samples
        ),
        failed=(
            Failed(
                number=90,
                kind="diverged",
                message="loss is <nan>",
                genome=samples[0].genome,
                values={"params": 9.0},
            ),
        ),
        noise=(0.01, 4),
        facts={"command": "python -m nas.search --space toy", "seed": "7"},
        settings={"space": "toy", "seed": 7},
        chain=chain(),
        imagenet=True,
    )
    return replace(made, **changed)


def browser():
    """Chromium's path; the test is skipped where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no chromium here to look at the page with")
    return found


def document(url, folder: Path, *, milliseconds=6_000):
    """The page's elements as text once its scripts have run so long, by the browser's own clock."""
    command = [
        *(browser(), "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"),
        *(f"--user-data-dir={folder}", f"--virtual-time-budget={milliseconds}", str(url)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    return done.stdout
