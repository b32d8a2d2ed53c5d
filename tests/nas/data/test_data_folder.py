"""Folders of pictures: splits, modes, sizes, and files that are none."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nas.data import load

Writer = Callable[..., Path]
Fails = Callable[..., str]


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".JPEG", ".bmp", ".webp", ".gif", ".tiff"])
def test_every_usual_format_is_read(suffix: str, picture_folder: Writer) -> None:
    dataset = load(f"folder:{picture_folder(suffix=suffix)}", seed=0)
    assert dataset.class_names == ("ant", "bee")
    assert dataset.channels == 3
    assert dataset.size == (8, 8)
    assert len(dataset.train_labels) == 8


def test_pixels_arrive_unchanged(tmp_path: Path, picture_folder: Writer) -> None:
    folder = picture_folder("set/train", count=1)
    picture_folder("set/val", count=1)
    dataset = load(f"folder:{tmp_path}/set", seed=0)
    stored = np.asarray(Image.open(folder / "bee" / "0.png"))
    assert dataset.train_images[1].permute(1, 2, 0).tolist() == stored.tolist()


@pytest.mark.parametrize("name", ["val", "test"])
def test_a_given_split_is_kept(name: str, tmp_path: Path, picture_folder: Writer) -> None:
    picture_folder("set/train", count=3)
    picture_folder(f"set/{name}", count=2)
    dataset = load(f"folder:{tmp_path}/set", seed=0)
    assert (len(dataset.train_labels), len(dataset.val_labels)) == (6, 4)


def test_val_goes_before_test(tmp_path: Path, picture_folder: Writer) -> None:
    for name, count in (("train", 3), ("val", 2), ("test", 1)):
        picture_folder(f"set/{name}", count=count)
    assert len(load(f"folder:{tmp_path}/set", seed=0).val_labels) == 4


def test_train_alone_is_split(tmp_path: Path, picture_folder: Writer) -> None:
    picture_folder("set/train")
    dataset = load(f"folder:{tmp_path}/set", seed=0)
    assert (len(dataset.train_labels), len(dataset.val_labels)) == (8, 2)


def test_train_and_test_may_be_names_of_classes(picture_folder: Writer) -> None:
    dataset = load(f"folder:{picture_folder(classes=('train', 'test'))}", seed=0)
    assert dataset.class_names == ("test", "train")


def test_a_val_folder_without_classes_is_refused(
    tmp_path: Path, picture_folder: Writer, fails: Fails
) -> None:
    picture_folder("set/train")
    (tmp_path / "set" / "val").mkdir()
    fails(f"folder:{tmp_path}/set", "val", "no sub-folder")


def test_a_class_in_val_only_is_refused(
    tmp_path: Path, picture_folder: Writer, fails: Fails
) -> None:
    picture_folder("set/train")
    picture_folder("set/val", classes=("ant", "cat"))
    fails(f"folder:{tmp_path}/set", "cat", "without a training image")


@pytest.mark.parametrize(
    ("mode", "channels"),
    [("L", 1), ("1", 1), ("LA", 1), ("RGB", 3), ("RGBA", 3), ("P", 3)],
)
def test_grey_stays_grey_and_alpha_is_dropped(
    mode: str, channels: int, picture_folder: Writer
) -> None:
    assert load(f"folder:{picture_folder(mode=mode)}", seed=0).channels == channels


def test_one_coloured_image_makes_all_rgb(picture_folder: Writer) -> None:
    picture_folder(mode="L")
    path = picture_folder(stem="colour", count=1)
    dataset = load(f"folder:{path}", seed=0)
    assert dataset.channels == 3
    grey = (dataset.train_images.float().std(dim=1) == 0).flatten(1).all(dim=1)
    assert grey.any()


def test_a_transparent_palette_is_read_without_warning(
    tmp_path: Path, picture_folder: Writer
) -> None:
    path = picture_folder(mode="P", suffix=".png")
    image = Image.open(path / "ant" / "0.png")
    image.save(path / "ant" / "0.png", transparency=bytes(range(256)))
    assert load(f"folder:{path}", seed=0).channels == 3


def test_16_bit_images_are_refused_by_name(picture_folder: Writer, fails: Fails) -> None:
    path = picture_folder()
    Image.fromarray(np.full((8, 8), 40_000, dtype=np.uint16)).save(path / "bee" / "deep.png")
    fails(f"folder:{path}", "deep.png", "I;16", "8 bits")


def test_mixed_sizes_are_refused_with_the_way_out(picture_folder: Writer, fails: Fails) -> None:
    picture_folder(size=(8, 6))
    path = picture_folder(size=(8, 8), stem="other", count=1)
    fails(f"folder:{path}", "8x6 (ant/0.png)", "8x8 (ant/other0.png)", f"folder:{path}@64")


def test_mixed_sizes_are_cut_to_one(picture_folder: Writer) -> None:
    picture_folder(size=(18, 9))
    path = picture_folder(size=(7, 20), stem="other")
    dataset = load(f"folder:{path}@6", seed=0)
    assert dataset.size == (6, 6)


def test_the_centre_is_what_is_cut_out(tmp_path: Path) -> None:
    pixels = np.zeros((10, 30), dtype=np.uint8)
    pixels[:, 8:22] = 255  # the square, and the pixels that antialiasing reaches
    for class_name in ("a", "b"):
        for index in range(2):
            (tmp_path / class_name).mkdir(exist_ok=True)
            Image.fromarray(pixels).save(tmp_path / class_name / f"{index}.png")
    dataset = load(f"folder:{tmp_path}@5", seed=0)
    assert dataset.train_images.min() == 255


def test_a_size_of_nothing_is_refused(picture_folder: Writer, fails: Fails) -> None:
    fails(f"folder:{picture_folder()}@0", "@0", "1 pixel or more")


def test_an_at_sign_may_belong_to_the_path(picture_folder: Writer) -> None:
    assert load(f"folder:{picture_folder('set@4')}", seed=0).size == (8, 8)


def test_hidden_and_other_files_are_ignored(picture_folder: Writer) -> None:
    path = picture_folder()
    (path / "ant" / ".hidden.png").write_bytes(b"nothing")
    (path / "ant" / "notes.txt").write_text("nothing")
    (path / ".cache").mkdir()
    assert load(f"folder:{path}", seed=0).classes == 2


def test_no_class_folder_is_refused(tmp_path: Path, fails: Fails) -> None:
    fails(f"folder:{tmp_path}", "one sub-folder of images per class")


def test_one_class_is_refused(picture_folder: Writer, fails: Fails) -> None:
    fails(f"folder:{picture_folder(classes=('ant',))}", "two classes", "'ant'")


def test_an_empty_class_folder_is_named(picture_folder: Writer, fails: Fails) -> None:
    path = picture_folder()
    (path / "cat").mkdir()
    fails(f"folder:{path}", "cat", "got none")


def test_a_class_whose_name_is_no_text_is_refused(picture_folder: Writer, fails: Fails) -> None:
    path = picture_folder()
    (path / "bee").rename(path / "be\udcff")  # the byte 0xff, as Python reads it
    assert r"be\udcff'; rename it" in fails(f"folder:{path}")


def test_a_folder_within_a_class_is_named(picture_folder: Writer, fails: Fails) -> None:
    path = picture_folder()
    (path / "ant" / "inner").mkdir()
    fails(f"folder:{path}", "inner", "only images")


def test_one_image_of_a_class_cannot_be_split(picture_folder: Writer, fails: Fails) -> None:
    picture_folder()
    fails(f"folder:{picture_folder(classes=('cat',), count=1)}", "one for cat")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".gif", ".webp"])
def test_an_unreadable_image_is_named(suffix: str, picture_folder: Writer, fails: Fails) -> None:
    path = picture_folder(suffix=suffix, size=(40, 40))
    victim = path / "bee" / f"3{suffix}"
    victim.write_bytes(victim.read_bytes()[:60])
    fails(f"folder:{path}", f"3{suffix}", "readable image")
    victim.write_bytes(b"")
    fails(f"folder:{path}", f"3{suffix}", "readable image")


@pytest.mark.parametrize("limit", [20, 50])
def test_a_decompression_bomb_is_named(
    limit: int, picture_folder: Writer, fails: Fails, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = picture_folder()
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    fails(f"folder:{path}", "0.png", "bomb")


def test_a_content_change_changes_the_digest(picture_folder: Writer) -> None:
    path = picture_folder()
    before = load(f"folder:{path}", seed=0).digest
    Image.fromarray(np.zeros((8, 8, 3), dtype=np.uint8)).save(path / "ant" / "0.png")
    assert load(f"folder:{path}", seed=0).digest != before


def test_no_file_makes_a_decoder_start_a_program(
    tmp_path: Path, picture_folder: Writer, fails: Fails, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Pillow starts Ghostscript for PostScript, whatever the file is called."""
    started, program = tmp_path / "started", tmp_path / "bin" / "gs"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\ntouch {started}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    folder = picture_folder()
    script = "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\nshowpage\n%%EOF\n"
    (folder / "bee" / "0.png").write_text(script)
    assert "expected a readable image" in fails(f"folder:{folder}")
    assert not started.exists()


def test_what_is_no_plain_file_is_no_image(picture_folder: Writer) -> None:
    folder = picture_folder()
    os.mkfifo(folder / "bee" / "a.png")
    assert load(f"folder:{folder}", seed=0).class_names == ("ant", "bee")


@pytest.mark.parametrize("family", ["folder", "npz", "idx"])
def test_a_home_of_nobody_costs_one_line(family: str, fails: Fails) -> None:
    assert "expected readable files" in fails(f"{family}:~nobody-of-this-name/images")
