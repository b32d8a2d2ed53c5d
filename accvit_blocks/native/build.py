"""The kernels' library: compiled where it is first needed, then kept for this kind of machine."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

SOURCES = Path(__file__).parent / "kernels"
FLAGS = (
    "-std=c++17",
    "-O3",
    "-march=native",
    "-fopenmp",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-fPIC",
    "-shared",
)
SECONDS, ANSWER = 300, 10  # no compiler needs as many, nor to say what it is


class NotBuilt(Exception):
    """Why there is no library, in a line."""


def built() -> Path:
    """The library's file, compiled now unless it is there. Raises NotBuilt."""
    compiler = _compiler()
    try:
        target = _folder() / f"kernels-{_key(compiler)}.so"
        if not target.exists():
            _compile(compiler, target)
    # RuntimeError: nobody knows a home folder.
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        raise NotBuilt(f"{Path(compiler).name} did not compile them: {error}") from error
    return target


def _compiler() -> str:
    asked = os.environ.get("CXX")
    for name in [asked] if asked else ["c++", "g++", "clang++"]:
        if found := shutil.which(name):
            return found
    raise NotBuilt("no C++ compiler was found (CXX, c++, g++, clang++)")


def _folder() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "accvit-blocks"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _key(compiler: str) -> str:
    """Of all that the compiled code depends on: sources, flags, compiler, processor."""
    asked = subprocess.run(
        [compiler, "--version"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        timeout=ANSWER,
    )
    digest = hashlib.sha256(asked.stdout)
    for part in (*FLAGS, *_wide_vectors(), _processor()):
        digest.update(part.encode())
    for source in sorted(SOURCES.iterdir()):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _processor() -> str:
    """What -march=native looks at: its name and the instructions that it knows."""
    information = Path("/proc/cpuinfo")
    if not information.exists():
        return f"{platform.machine()} {platform.processor()}"
    first = information.read_text().partition("\n\n")[0].splitlines()
    kept = ("model", "flags", "Features", "CPU")
    return "\n".join([platform.machine(), *(line for line in first if line.startswith(kept))])


def _wide_vectors() -> tuple[str, ...]:
    # Compilers are shy of the 512-bit registers that some processors have.
    wide = platform.machine() in ("x86_64", "AMD64")
    return ("-mprefer-vector-width=512",) if wide else ()


def _compile(compiler: str, target: Path) -> None:
    """To a file of its own, then moved: several processes may do so at once."""
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        made = Path(folder) / target.name
        sources = sorted(map(str, SOURCES.glob("*.cpp")))
        command = [compiler, *FLAGS, *_wide_vectors(), *sources, "-o", str(made)]
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
        )
        if done.returncode:
            reason = next(iter(done.stderr.strip().splitlines()), f"exit code {done.returncode}")
            raise NotBuilt(f"{Path(compiler).name} did not compile them: {reason}")
        made.replace(target)
