"""`leffa preprocess` with a folder of one's own photos."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from leffa.control import control_picture
from leffa.data import own_photos
from leffa.errors import DataMissing
from leffa.masks import mask_for
from tests.leffa.cli.conftest import Leffa
from tests.leffa.data_sets.layouts import own_folder


def cut(mask: Image.Image) -> Image.Image:
    """Without soft edges, as the pipeline takes it."""
    return mask.point(lambda value: 255 if value >= 128 else 0)


def test_own_photos_are_prepared_once(tmp_path: Path, leffa: Leffa) -> None:
    pairs = own_folder(tmp_path)
    with pytest.raises(DataMissing, match=r"2 of 2 photos are not prepared.*leffa preprocess"):
        own_photos(tmp_path)
    first, second = (leffa("preprocess", tmp_path, "--json") for _ in range(2))
    assert '"prepared": 2' in first.output
    assert '"prepared": 0' in second.output
    for item, pair in zip(own_photos(tmp_path), pairs, strict=True):
        maps = pair.person.maps
        assert (np.asarray(item.person) == pair.person.image).all()
        assert item.mask == cut(mask_for(maps, pair.garment_type, "viton_hd"))
        assert item.densepose == control_picture(maps.densepose, "viton_hd")
    with pytest.raises(DataMissing, match="--model dress_code"):
        own_photos(tmp_path, "dress_code")


def test_a_photo_of_ones_own_that_the_mini_model_cannot_see_is_named(tmp_path: Path, leffa: Leffa) -> None:
    own_folder(tmp_path)
    (tmp_path / "person" / "me1.maps.npz").unlink()
    Image.new("RGB", (192, 256), "grey").save(tmp_path / "person" / "me1.png")
    done = leffa("preprocess", tmp_path)
    assert done.exit_code == 1
    assert "me1.png" in done.stderr
    assert "published" in done.stderr
    assert leffa("preprocess", tmp_path / "person" / "me0.png").exit_code == 2
