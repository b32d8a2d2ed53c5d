"""The commands in this process, in a folder of their own, and what must hold however they end."""

import atexit
import contextlib
import io
import shutil
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from nas import compare, describe, export, report, search
from nas.commandline import run
from nas.costs import __main__ as costs

CODES = (0, 1, 2, 130)
_MAINS: dict[str, Callable[[list[str]], int | None]] = {
    "search": search.main,
    "describe": lambda argv: run(lambda: describe.main(argv)),
    "export": lambda argv: run(lambda: export.main(argv)),
    "report": lambda argv: run(lambda: report.main(argv)),
    "compare": lambda argv: run(lambda: compare.main(argv)),
    "costs": lambda argv: run(lambda: costs.main(argv)),
}
_PROXY = ("--width-scale", "1", "--data-share", "0.05", "--val-limit", "50", "--epochs", "1")
_RUN = ("--runner", "inline", "--sampler", "random", "--trials", "1", "--study", "s")
TOY = ("--space", "tests.fuzz.calm:SPACE")
NETWORKS = (*TOY, "--data", "digits", "--resolution", "8", *_PROXY, "--no-published", *_RUN)
PICTURES = (*TOY, "--resolution", "8", *_RUN[:-2])
TABLE = (
    *("--space", "tabular:t.csv", "--knobs", "a,b", "--objectives", "acc:max,params:min"),
    *("--costs", "params", "--sampler", "random", "--trials", "1", "--study", "s"),
)


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended, and what it said."""

    command: tuple[str, ...]
    code: int
    out: str
    err: str


def call(program: str, *arguments: str) -> Ended:
    """Run it; an exception that would be a traceback on a screen fails the test."""
    out, err = (
        io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors=errors, write_through=True)
        for errors in ("strict", "backslashreplace")  # as a terminal's streams
    )
    command = (program, *arguments)
    try:
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("default")
            code = _MAINS[program](list(arguments))
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 1 if left.code else 0
    except Exception as error:
        said = "".join(traceback.format_exception(error)[-6:])
        raise AssertionError(f"{command} ends in a traceback:\n{said}") from error
    said = [stream.buffer.getvalue().decode() for stream in (out, err)]
    return Ended(command=command, code=code or 0, out=said[0], err=said[1])


def judge(ended: Ended) -> None:
    """A known exit code; for bad input one line that says error, and it is the last one."""
    assert ended.code in CODES, ended
    assert "Traceback" not in ended.err, ended
    errors = [line for line in ended.err.splitlines() if line.startswith("error:")]
    if ended.code == 2:
        assert len(errors) == 1, ended
        assert ended.err.splitlines()[-1].startswith("error: "), ended


def judge_what_is_left(good: Sequence[str]) -> None:
    """Every run's folder below this one can be gone on with by a command with nothing wrong."""
    begun = {
        path.parent for name in (".lock", "run.json", "study.db") for path in Path().rglob(name)
    }
    for folder in begun - {Path("run")}:
        again = call("search", *good, f"--out={folder.parent}", "--study", folder.name)
        assert again.code == 0, (folder, again)


@contextmanager
def home() -> Iterator[Path]:
    """A new working folder with a table, a run, images, a file and a folder; deep, for `..`."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as around:
        folder = Path(around, "a", "b", "c", "d")
        shutil.copytree(template(), folder)
        with contextlib.chdir(folder):
            yield folder


@lru_cache(maxsize=1)
def template() -> Path:
    """What `home` copies; made once a process."""
    folder = Path(tempfile.mkdtemp(prefix="fuzz-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "folder").mkdir()
    (folder / "file").write_text("a file\n")
    rows = [f"{a},{b},{(a * 7 + b * 3) % 11},{a + 0.5 * b}" for a in range(4) for b in range(4)]
    (folder / "t.csv").write_text("\n".join(["a,b,acc,params", *rows]) + "\n")
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (40, 8, 8), np.uint8), np.arange(40) % 2
    parts = {f"{part}_images": images for part in ("train", "val")}
    np.savez(folder / "i.npz", **parts, **{f"{part}_labels": labels for part in ("train", "val")})
    with contextlib.chdir(folder):
        made = call("search", *NETWORKS, "--out", ".", "--study", "run", "--trials", "2")
        assert made.code == 0, made
        shown = call("describe", *TOY, "--variant", "small", "--json")
        Path("c.json").write_text(shown.out)
        kept = call("costs", *TOY, "--count", "2", "--jobs", "1", "--record", "r.jsonl")
        assert kept.code == 0, kept
    for page in (folder / "run").glob("front.*"):
        page.unlink()
    return folder
