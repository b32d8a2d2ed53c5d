"""A folder with one sub-folder of images per class, or with train/ and val/ of that kind.

`PATH@SIZE` resizes every image's short side to SIZE pixels and cuts out the centre, SIZE x SIZE.
Without val/, test/ serves for validation; without either, validation images are split off. A
train/ that holds no folders is a class of that name.
Hidden files and files without an image's suffix are ignored. Images are grey (1 channel) if all
are; otherwise all become RGB. Alpha is dropped; a camera's orientation tag is obeyed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nas.data.base import Labelled, Pixels, Raw
from nas.data.errors import DataError
from nas.data.picture import SUFFIXES, read_picture


@dataclass(frozen=True)
class _Entry:
    path: Path
    class_name: str


def read(argument: str, /) -> Raw:
    """Read every image below the folder that `argument` names, as PATH or PATH@SIZE."""
    path, size = _target(argument)
    train_at, val_at = _parts(path)
    train = _entries(train_at)
    val = _entries(val_at) if val_at else []
    names = sorted({entry.class_name for entry in (*train, *val)})
    images = _stack([entry.path for entry in (*train, *val)], path, size)
    labels = np.array([names.index(entry.class_name) for entry in (*train, *val)], dtype=np.int64)
    cut = len(train)
    return Raw(
        train=Labelled(images=images[:cut], labels=labels[:cut]),
        val=Labelled(images=images[cut:], labels=labels[cut:]) if val_at else None,
        class_names=dict(enumerate(names)),
    )


def _target(argument: str) -> tuple[Path, int | None]:
    """The folder, and the size after the last @, unless the @ belongs to an existing path."""
    whole = Path(argument).expanduser()
    before, at, after = argument.rpartition("@")
    if not whole.exists() and at and after.isdecimal():
        if int(after) < 1:
            raise DataError(f"folder: expected @SIZE of 1 pixel or more; got @{after}; e.g. @64")
        whole, size = Path(before).expanduser(), int(after)
    else:
        size = None
    if not whole.exists():
        raise DataError(f"folder: expected a folder; nothing is at {whole}; check the path")
    if not whole.is_dir():
        raise DataError(
            f"folder: expected a folder; {whole} is a file; give the folder of the class folders"
        )
    return whole, size


def _parts(path: Path) -> tuple[Path, Path | None]:
    """The training folder and the validation folder, if there is one."""
    folders = {folder.name: folder for folder in _folders(path)}
    train = folders.get("train")
    if train is None or not _folders(train):
        return path, None
    for name in ("val", "test"):
        if name in folders:
            return train, folders[name]
    return (train, None) if set(folders) == {"train"} else (path, None)


def _entries(path: Path) -> list[_Entry]:
    classes = _folders(path)
    if not classes:
        raise DataError(
            f"folder: expected one sub-folder of images per class in {path}; got no sub-folder;"
            " sort the images into folders named by class"
        )
    return [_Entry(file, _named(folder)) for folder in classes for file in _files(folder)]


def _named(folder: Path) -> str:
    """The class; its name is written into files and pages, which take text alone."""
    try:
        folder.name.encode()
    except UnicodeEncodeError as error:
        raise DataError(
            f"folder: expected a class folder with a name in UTF-8; got {str(folder)!r}; rename it"
        ) from error
    return folder.name


def _files(folder: Path) -> list[Path]:
    inner = _folders(folder)
    if inner:
        raise DataError(
            f"folder: expected only images in the class folder {folder}; got the folder"
            f" {inner[0].name}; move its images up or name the folder of the class folders"
        )
    files = [
        file
        for file in sorted(folder.iterdir())
        if file.suffix.lower() in SUFFIXES and not file.name.startswith(".") and file.is_file()
    ]
    if not files:
        raise DataError(
            f"folder: expected images ({', '.join(sorted(SUFFIXES))}) in the class folder {folder};"
            " got none; add some or remove the folder"
        )
    return files


def _folders(path: Path) -> list[Path]:
    return sorted(
        entry for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith(".")
    )


def _stack(files: Sequence[Path], root: Path, size: int | None) -> Pixels:
    """All pictures as one array `n c h w`."""
    pictures = [read_picture(file, size=size) for file in files]
    first = pictures[0].shape[:2]
    for file, picture in zip(files, pictures, strict=True):
        if picture.shape[:2] != first:
            (h0, w0), (h1, w1) = first, picture.shape[:2]
            raise DataError(
                f"folder: expected images of one size; got {w0}x{h0}"
                f" ({files[0].relative_to(root)}) and {w1}x{h1} ({file.relative_to(root)});"
                f" resize them to one size first, or write folder:{root}@64 to resize the short"
                " side to 64 and cut out the centre"
            )
    channels = max(picture.shape[2] for picture in pictures)
    stack = np.empty((len(files), channels, *first), dtype=np.uint8)
    for place, picture in zip(stack, pictures, strict=True):
        place[:] = picture.transpose(2, 0, 1)
    return stack
