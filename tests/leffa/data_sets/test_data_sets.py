"""The published layouts, read item by item."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from leffa.control import control_picture
from leffa.data import deep_fashion, dress_code, own_photos, viton_hd
from leffa.errors import DataError, DataMissing, DataUnreadable
from leffa.masks import agnostic_mask, mask_for
from leffa.synthetic import sample_pose_pair
from tests.leffa.data_sets.layouts import (
    COUNT,
    SIZE,
    deep_fashion_folder,
    dress_code_folder,
    viton_hd_folder,
)


def near(picture: Image.Image, wanted: NDArray[np.uint8]) -> bool:
    """The same picture but for JPEG."""
    return float(np.abs(np.asarray(picture).astype(int) - wanted.astype(int)).mean()) < 6


def cut(mask: Image.Image) -> Image.Image:
    """Without soft edges, as the pipeline takes it."""
    return mask.point(lambda value: 255 if value >= 128 else 0)


def test_viton_hd_paired_is_the_person_in_their_own_garment(tmp_path: Path) -> None:
    pairs = viton_hd_folder(tmp_path)
    data = viton_hd(tmp_path, "test", paired=True)
    assert (len(data), data.paired) == (COUNT, True)
    for item, pair in zip(data, pairs, strict=True):
        assert item.name == item.garment_name
        assert near(item.person, pair.target.image)
        assert near(item.garment, pair.garment.image)
        assert item.mask == cut(mask_for(pair.target.maps, "upper_body", "viton_hd"))
        assert near(item.densepose, np.asarray(control_picture(pair.target.maps.densepose, "viton_hd")))


def test_viton_hd_unpaired_takes_the_garment_on_the_line(tmp_path: Path) -> None:
    pairs = viton_hd_folder(tmp_path)
    item = viton_hd(tmp_path, "test", paired=False)[0]
    assert (item.name, item.garment_name) == ("00001_00", "00002_00")
    assert near(item.garment, pairs[1].garment.image)


def test_dress_code_has_three_categories_and_masks_made_by_the_published_rule(tmp_path: Path) -> None:
    pairs = dress_code_folder(tmp_path)
    data = dress_code(tmp_path)
    assert [item.garment_type for item in data] == [kind for kind in pairs for _ in range(COUNT)]
    for item, pair in zip(data, (pair for ones in pairs.values() for pair in ones), strict=True):
        maps = pair.target.maps
        joints = maps.keypoints * 512 / SIZE[1]
        assert item.mask == agnostic_mask(maps.atr, joints, pair.garment_type, "dress_code")
        assert (np.asarray(item.densepose) == maps.densepose[..., None]).all()
    assert len(dress_code(tmp_path, categories=["dresses"])) == COUNT
    assert dress_code(tmp_path, paired=False)[0].garment_name == "000001_1"


def test_dress_code_takes_masks_that_lie_there(tmp_path: Path) -> None:
    dress_code_folder(tmp_path)
    folder = tmp_path / "dresses" / "agnostic_masks"
    folder.mkdir()
    for number in range(COUNT):
        Image.new("L", SIZE, 255).save(folder / f"{20 + number:06d}_0.png")
    item = dress_code(tmp_path, categories=["dresses"])[1]
    assert item.mask.getextrema() == (255, 255)


def test_deep_fashion_finds_pictures_by_the_flat_names_of_the_lists(tmp_path: Path) -> None:
    deep_fashion_folder(tmp_path)
    data = deep_fashion(tmp_path, "test")
    assert len(data) == 2
    for seed, item in enumerate(data):
        pair = sample_pose_pair(seed, SIZE)
        assert near(item.reference, pair.source.image)
        assert near(item.target, pair.target.image)
        maps = pair.target.maps
        assert item.densepose == control_picture(maps.densepose, "deep_fashion", maps.densepose_uv)
        assert (item.foreground == (maps.densepose > 0)).all()
    assert data[0].name == (
        "fashionWOMENDressesid0000000101_1front_2_fashionWOMENDressesid0000000102_2front_vis"
    )


def test_nothing_is_opened_before_it_is_asked_for(tmp_path: Path) -> None:
    viton_hd_folder(tmp_path)
    for path in (tmp_path / "test").rglob("*.*"):
        path.write_bytes(b"")
    data = viton_hd(tmp_path)
    assert len(data) == COUNT
    with pytest.raises(DataUnreadable):
        data[0]


@pytest.mark.parametrize("part", ["image", "cloth", "agnostic-mask", "image-densepose"])
def test_a_missing_or_broken_picture_is_named_and_spoils_its_item_only(tmp_path: Path, part: str) -> None:
    viton_hd_folder(tmp_path)
    data = viton_hd(tmp_path)
    path = min((tmp_path / "test" / part).iterdir())
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(DataUnreadable, match=path.name):
        data[0]
    path.unlink()
    with pytest.raises(DataMissing, match=f"{part}.{path.name} is missing"):
        data[0]
    assert data[1].name == "00002_00"


def test_other_broken_files_are_named(tmp_path: Path) -> None:
    dress_code_folder(tmp_path)
    folder = tmp_path / "dresses"
    data = dress_code(tmp_path, categories=["dresses"])
    (folder / "keypoints" / "000020_2.json").write_text('{"keypoints": [[1, 2]]}')
    with pytest.raises(DataUnreadable, match=r"000020_2.json holds 1 keypoints"):
        data[0]
    (folder / "keypoints" / "000020_2.json").write_text("{")
    with pytest.raises(DataUnreadable, match=r"000020_2.json is no JSON"):
        data[0]
    Image.new("L", SIZE, 77).save(folder / "dense" / "000021_5.png")
    with pytest.raises(DataUnreadable, match=r"000021_5.png holds no labels 0 to 24"):
        data[1]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("00001_00.jpg", "line 2: 2 names are expected"),
        ("../../secret.jpg 00001_00.jpg", "line 2: .* holds more than names of files"),
        ("00001_00.jpg /etc/passwd", "line 2: .* holds more than names of files"),
    ],
)
def test_a_list_that_is_none_is_named_with_its_line(tmp_path: Path, line: str, error: str) -> None:
    (tmp_path / "test_pairs.txt").write_text(f"00001_00.jpg 00002_00.jpg\n{line}\n")
    with pytest.raises(DataUnreadable, match=f"test_pairs.txt, {error}"):
        viton_hd(tmp_path)


def test_missing_lists_and_folders_are_named(tmp_path: Path) -> None:
    for read, name in (
        (viton_hd, "test_pairs.txt"),
        (dress_code, "test_pairs_paired.txt"),
        (own_photos, "pairs.txt"),
    ):
        with pytest.raises(DataMissing, match=name):
            read(tmp_path)
    deep_fashion_folder(tmp_path)
    listed = tmp_path / "fasion-resize-pairs-test.csv"
    listed.write_text(listed.read_text() + "fashionMENnobody.jpg,fashionMENnobody.jpg\n")
    with pytest.raises(DataMissing, match="line 4: there is no picture of fashionMENnobody"):
        deep_fashion(tmp_path)
    (tmp_path / "test_pairs.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match=r"test_pairs.txt cannot be read"):
        viton_hd(tmp_path)
