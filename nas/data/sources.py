"""Real images by name: `load("mnist5k", seed=0)`, `load("folder:birds@64", seed=0)`."""

from nas.data import digits, fashion_mnist, folder, idx, mnist5k, npz
from nas.data.assemble import assemble
from nas.data.base import Dataset, Source
from nas.data.errors import DataError

# As one writes them; a source with a colon takes an argument, one without takes none.
SOURCES: dict[str, Source] = {
    "mnist5k": mnist5k.read,
    "digits": digits.read,
    "fashion-mnist": fashion_mnist.read,
    "idx:DIR": idx.read,
    "folder:PATH[@SIZE]": folder.read,
    "npz:PATH": npz.read,
}


def load(source: str, *, seed: int) -> Dataset:
    """Read a source and split it; the same source, files and seed give the same digest.

    A split that the source brings is kept; otherwise a stratified share of 0.2, drawn by `seed`,
    becomes the validation images. Raises DataError, in one line.
    """
    family, _, argument = source.partition(":")
    for usage, read in SOURCES.items():
        name, takes, placeholder = usage.partition(":")
        if name != family:
            continue
        if bool(takes) != bool(argument) or (":" in source and not takes):
            wants = f"{placeholder} after the colon" if takes else "no argument"
            raise DataError(f"{name}: expected {wants}; got '{source}'; write {usage}")
        try:
            return assemble(source, read(argument), seed=seed)
        except (OSError, RuntimeError) as error:  # the latter of ~nobody's home
            raise DataError(f"{name}: expected readable files; {error}; check the path") from error
    raise DataError(
        f"data: expected one of {', '.join(SOURCES)}; got '{source}'; choose one of these"
    )
