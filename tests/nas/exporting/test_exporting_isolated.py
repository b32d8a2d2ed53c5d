"""What was taken home is proven where this package is not: in an environment without it."""

import os
import shlex
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from nas import export, search
from nas.core.space import find_space

OURS = ("nas", "search_spaces", "accvit_blocks", "studies")
SEARCH = (
    "--space accvit --trials 1 --no-published --fix stages.*.depth=1 --data digits"
    " --data-share 0.02 --val-limit 20 --epochs 1 --runner inline --target-resolution 64"
    " --target-classes 10 --out runs --study found"
)


@pytest.fixture(scope="session")
def bare(tmp_path_factory):
    """Runs Python in an environment that has what is installed here, but not this package."""
    folder = tmp_path_factory.mktemp("bare") / "environment"
    venv.create(folder, symlinks=True, with_pip=False)
    python = folder / "bin" / "python"
    (packages,) = folder.glob("lib/python*/site-packages")
    installed = [path for path in sys.path if Path(path).name == "site-packages"]
    # A .pth file in a folder that is named in one is not read, so no editable install comes along.
    (packages / "installed.pth").write_text("".join(f"{path}\n" for path in installed))

    def call(*arguments):
        command = [str(python), "-I", "-B", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)

    return call


@pytest.fixture(scope="session")
def found(tmp_path_factory):
    """A trial that was searched and trained a moment ago, taken home both ways."""
    folder = tmp_path_factory.mktemp("found")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert search.main(shlex.split(SEARCH)) == 0
        study = ["--study", "runs/found", "--trial", "0"]
        export.main([*study, "--out", "target"])
        export.main([*study, "--weights", "proxy", "--out", "proxy"])
    return folder


def test_this_package_cannot_be_imported_there(bare):
    for name in OURS:
        done = bare("-c", f"import torch, {name}")
        assert done.returncode == 1
        assert f"No module named '{name}'" in done.stderr


@pytest.mark.parametrize("which", ["target", "proxy"])
def test_a_found_trial_is_proven_there(bare, found, which):
    done = bare("-W", "error", found / which / "test_model.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("holds") == 6
    assert done.stdout.count("was not asked for") == 2


def test_pytest_runs_the_proofs_as_well(bare, found):
    plain = ("-q", "-c", "/dev/null", "-p", "no:cacheprovider", "-W", "error")
    done = bare("-m", "pytest", *plain, found / "target" / "test_model.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 passed, 2 skipped" in done.stdout


def test_the_file_runs_without_a_warning(bare, found):
    done = bare("-W", "error", found / "target" / "model.py")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_all_that_may_be_asked_for_comes_out_alike_in_another_process(tmp_path):
    """Whatever the order of sets there and the number of threads; ONNX and the archive as well."""
    pytest.importorskip("onnxscript")
    asked = ("--variant", "femto", "--resolution", "64", "--classes", "10", "--onnx")
    for name, seed, threads in (("a", "1", "1"), ("b", "2", "2")):
        done = subprocess.run(
            [sys.executable, "-m", "nas.export", *asked, "--torch-export", "--out", name],
            env={**os.environ, "PYTHONHASHSEED": seed, "OMP_NUM_THREADS": threads},
            cwd=tmp_path,
            check=False,
        )
        assert done.returncode == 0
    names = {path.name for path in (tmp_path / "a").iterdir()}
    assert names >= {"model.onnx", "model.pt2", "golden.safetensors", "config.json"}
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


@pytest.mark.slow
@pytest.mark.parametrize("variant", find_space("accvit").published)
def test_every_published_network_is_proven_there(bare, tmp_path, variant):
    export.main(["--variant", variant, "--out", str(tmp_path / variant)])
    done = bare("-W", "error", tmp_path / variant / "test_model.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("holds") == 6
