"""Where a page may be written to."""

from pathlib import Path

from nas.core.errors import InputError


def page_file(path: Path) -> Path:
    """The path itself; InputError unless it is FILE.html, whose pictures get another ending."""
    if path.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"--out {path}: expected a page, FILE.html")
    return path
