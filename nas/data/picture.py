"""One image file to uint8 `h w c`: 1 channel if stored grey, 3 otherwise."""

import struct
import warnings
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from nas.data.base import Pixels
from nas.data.errors import DataError

# Of other formats' files, PostScript for one, a decoder may start programs.
SUFFIXES = frozenset(
    {".avif", ".bmp", ".gif", ".jpeg", ".jpg", ".pbm", ".pgm", ".png", ".ppm", ".tif", ".tiff"}
) | {".webp"}
GREY = frozenset({"1", "L", "LA", "La"})
DEEP = frozenset({"I", "F"})  # 16-bit modes are spelled I;16, I;16B, ...
# What Pillow's decoders raise on damaged files, besides OSError.
DAMAGED = (EOFError, IndexError, KeyError, RuntimeError, SyntaxError, TypeError, ValueError)


def read_picture(path: Path, *, size: int | None) -> Pixels:
    """Decode a file; with `size`, the largest centred square of it, resized to `size`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=_formats()) as image:
                return _pixels(_upright(image, path), size)
    except DataError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise DataError(
            f"folder: expected images below {Image.MAX_IMAGE_PIXELS} pixels; {path} has more:"
            " it may be a decompression bomb; shrink or remove it"
        ) from error
    except (OSError, *DAMAGED, struct.error, OverflowError, MemoryError) as error:
        raise DataError(
            f"folder: expected a readable image; {path}: {error}; repair or remove it"
        ) from error


@cache
def _formats() -> tuple[str, ...]:
    """Pillow's names of those that the suffixes stand for; a file's own suffix proves nothing."""
    known = Image.registered_extensions()
    return tuple(sorted({known[suffix] for suffix in SUFFIXES if suffix in known}))


def _upright(image: Image.Image, path: Path) -> Image.Image:
    """Grey as L, all else as RGB, turned as the camera's tag says."""
    if image.mode.split(";")[0] in DEEP:
        raise DataError(
            f"folder: expected 8 bits per channel; {path} has mode {image.mode} (16 bits or more);"
            " convert it to 8 bits"
        )
    turned = ImageOps.exif_transpose(image)
    return turned.convert("L" if turned.mode in GREY else "RGB")


def _pixels(image: Image.Image, size: int | None) -> Pixels:
    if size is not None:
        image = _centre_square(image, size)
    pixels = np.asarray(image, dtype=np.uint8)
    return pixels[..., None] if pixels.ndim == 2 else pixels


def _centre_square(image: Image.Image, size: int) -> Image.Image:
    """Resize (bilinear, antialiased) and crop in one step: the largest centred square to `size`."""
    width, height = image.size
    side = min(width, height)
    left, top = (width - side) / 2, (height - side) / 2
    box = (left, top, left + side, top + side)
    return image.resize((size, size), Image.Resampling.BILINEAR, box=box)
