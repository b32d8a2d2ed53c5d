"""A small search in this process for these tests: a table, or the toy space trained inline."""

from pathlib import Path

from nas.search import main

TABLE = ("--knobs", "a,b", "--objectives", "acc:max,params:min", "--costs", "params")
TOY = (
    *("--space", "tests.nas.toy:SPACE", "--data", "digits", "--resolution", "8"),
    *("--width-scale", "1", "--data-share", "0.05", "--val-limit", "50", "--epochs", "1"),
    *("--fix", "mood=well", "--no-published", "--sampler", "random", "--runner", "inline"),
)


def table(path: Path) -> Path:
    """A table of 36 members."""
    rows = [f"{a},{b},{(a * 7 + b * 3) % 11},{a + 0.5 * b}" for a in range(6) for b in range(6)]
    path.write_text("\n".join(["a,b,acc,params", *rows]) + "\n")
    return path


def search(*flags: str) -> int:
    """The exit code, however the command ends."""
    try:
        return main([*flags])
    except SystemExit as left:
        return int(left.code or 0)
