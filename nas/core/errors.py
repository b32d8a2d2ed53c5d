"""Errors for the person at the keyboard: one line, what was expected, what came, what to do."""

from pathlib import Path


class InputError(ValueError):
    """Bad input of the user's; commands print its one line and exit with code 2."""


def unwritable(out: Path, error: OSError) -> InputError:
    """For a folder that --out names, in which nothing can be made, or something is in the way."""
    if isinstance(error, FileExistsError | IsADirectoryError | NotADirectoryError):
        path = error.filename2 or error.filename or out
        why = f"{error.strerror}; move what is there"
        return InputError(f"--out {out}: {path} cannot be written: {why}, or choose another")
    return InputError(f"--out {out}: cannot be written: {error.strerror}; choose another")
