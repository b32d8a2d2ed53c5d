"""The README is true: each of its commands runs, with small arguments, and it stays short."""

import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
# Two trainings, one of them for the noise, of a network that is no deeper than it must be.
SMALL = (
    "--trials 1 --no-published --fix stages.*.depth=1 --data digits --data-share 0.02"
    " --val-limit 20 --epochs 1 --runner inline"
)


def _commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], str]:
    """Runs `python -m ...` as that does, in an empty folder but in this process; what it prints."""

    def call(command: str) -> str:
        python, flag, module, *arguments = shlex.split(command)
        assert (python, flag) == ("python", "-m")
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", [module, *arguments])
        monkeypatch.delitem(sys.modules, module, raising=False)  # so that it may run once more
        with pytest.raises(SystemExit) as left:
            runpy.run_module(module, run_name="__main__")
        said = capsys.readouterr()
        assert left.value.code == 0, said.err
        return said.out

    return call


def test_it_is_under_200_lines() -> None:
    assert len(README.splitlines()) < 200


@pytest.mark.parametrize("command", [line for line in _commands() if "nas.describe" in line])
def test_describe_commands_run_as_written(command: str, run: Callable[[str], str]) -> None:
    assert run(command)


TABLE = [line for line in _commands() if "tabular:" in line]
AGAIN = [line for line in _commands() if "--replay" in line or "--study again" in line]
LOOKED_AT = [line for line in _commands() if "runs/again" in line and line not in AGAIN]
TAKEN = [line for line in _commands() if "--variant" in line or "--verify exported" in line]
TAKEN = [line for line in TAKEN if "nas.export" in line]


@pytest.mark.parametrize(
    "command",
    [line for line in _commands() if "nas.search" in line and line not in TABLE + AGAIN],
)
def test_search_commands_run_with_small_arguments(
    command: str, run: Callable[[str], str], tmp_path: Path
) -> None:
    shortened = re.sub(r"--(data|trials) \S+", "", command)
    printed = run(f"{shortened} {SMALL}")
    (take,) = (line for line in printed.splitlines() if line.startswith("take:"))
    if "--data" not in command and "--fix fusion" not in command:  # once is enough: each is proven
        run(take.removeprefix("take:").strip())
        assert list(tmp_path.glob("exported/*/model.safetensors"))


def test_a_deterministic_search_is_the_same_again(run: Callable[[str], str]) -> None:
    search, replay = AGAIN
    run(f"{search} {SMALL}")
    for command in LOOKED_AT:
        assert run(command)
    assert "1 of 1 proposals and 1 of 1 results" in run(f"{replay} --runner inline")


def test_a_published_variant_is_taken_home_and_proven(run: Callable[[str], str]) -> None:
    for command in TAKEN:
        assert run(command.replace("--variant tiny", "--variant femto --resolution 64"))


@pytest.mark.parametrize("command", TABLE)
def test_a_table_is_searched_as_written(
    command: str, run: Callable[[str], str], tmp_path: Path
) -> None:
    rows = [
        f"{a},{b},{c},{a + b * c},{a * b + c}" for a in range(3) for b in (1, 2) for c in (4, 5)
    ]
    (tmp_path / "FILE.csv").write_text("\n".join(["a,b,c,acc,params", *rows]))
    run(command)
    (trials,) = tmp_path.glob("runs/*/trials.csv")
    assert len(trials.read_text().splitlines()) == 1 + len(rows)


@pytest.mark.parametrize("command", [line for line in _commands() if line.startswith("make")])
def test_make_targets_exist(command: str) -> None:
    dry = [*shlex.split(command), "--dry-run"]
    done = subprocess.run(dry, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_command_is_covered() -> None:
    known = ("python -m nas.search", "python -m nas.describe", "make ")
    known += ("python -m nas.report", "python -m nas.compare")
    follow_ups = ("optuna-dashboard", "python -m nas.export", "python -m nas.dashboard")
    assert all(line.startswith((*known, *follow_ups)) for line in _commands())


EXAMPLES = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_python_example_runs(example: str) -> None:
    exec(example, {})


def test_the_space_of_the_example_is_searched(
    run: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (example,) = (text for text in EXAMPLES if "SPACE = Mine()" in text)
    (tmp_path / "mine.py").write_text(example)
    monkeypatch.syspath_prepend(tmp_path)
    assert "latency" in run("python -m nas.search --space mine:SPACE --trials 5")
