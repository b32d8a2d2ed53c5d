"""The README is true: each of its commands runs, with small arguments, and it stays short."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
SMALL = "--trials 2 --data digits --data-share 0.02 --epochs 1 --runner inline --no-published"


def _commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


def _run(command: str, cwd: Path) -> str:
    words = [sys.executable if word == "python" else word for word in shlex.split(command)]
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_is_under_200_lines() -> None:
    assert len(README.splitlines()) < 200


@pytest.mark.parametrize("command", [line for line in _commands() if "nas.describe" in line])
def test_describe_commands_run_as_written(command: str, tmp_path: Path) -> None:
    assert _run(command, tmp_path)


@pytest.mark.parametrize("command", [line for line in _commands() if "nas.search" in line])
def test_search_commands_run_with_small_arguments(command: str, tmp_path: Path) -> None:
    command = re.sub(r"--(data|trials) \S+", "", command)
    printed = _run(f"{command} {SMALL}", tmp_path)
    followed = [line for line in printed.splitlines() if line.startswith("take:")]
    assert _run(followed[0].removeprefix("take:").strip(), tmp_path) is not None
    assert list(tmp_path.glob("exported/*/model.safetensors"))


@pytest.mark.parametrize("command", [line for line in _commands() if line.startswith("make")])
def test_make_targets_exist(command: str) -> None:
    _run(f"{command} --dry-run", ROOT)


def test_every_command_is_covered() -> None:
    known = ("python -m nas.search", "python -m nas.describe", "make ")
    follow_ups = ("optuna-dashboard", "python -m nas.export")
    assert all(line.startswith((*known, *follow_ups)) for line in _commands())


def test_the_python_example_runs() -> None:
    example = re.search(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert example is not None
    assert _run(f"python -c {shlex.quote(example[1])}", ROOT) == ""
