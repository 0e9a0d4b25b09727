"""Photos into the frame as published, and results back into photos."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from leffa.errors import OptionInvalid
from leffa.pictures import Fit, resize_and_center
from tests.leffa.pictures.samples import DATA, gradient, noise

GOLDEN = np.load(DATA / "image_prep" / "resize_and_center.npz")
INDEX = json.loads((DATA / "image_prep" / "index.json").read_text())
ORDINARY = [case for case in INDEX["resize_and_center"] if case["pil_mode"] in ("RGB", "RGBA", "L")]
# The published code shows palette indices as grey; ours the colours (tested below).
DELIBERATELY_OTHER = {"palette_png"}

sides = st.one_of(st.integers(1, 8), st.integers(9, 300))
sizes = st.tuples(sides, sides)


def test_only_the_palette_golden_is_left_out() -> None:
    left_out = {case["name"] for case in INDEX["resize_and_center"] if case not in ORDINARY}
    assert left_out == DELIBERATELY_OTHER


@pytest.mark.parametrize("case", ORDINARY, ids=lambda case: case["name"])
def test_resize_and_center_equals_the_published_pixels(case: dict[str, Any]) -> None:
    name = case["name"]
    out = np.asarray(resize_and_center(Image.fromarray(GOLDEN[f"{name}.in"]), *case["target_wh"]))
    strided = f"{name}.out_stride4" in GOLDEN
    expected = GOLDEN[f"{name}.out_stride4"] if strided else GOLDEN[f"{name}.out"]
    off = np.abs((out[::4, ::4] if strided else out).astype(int) - expected)
    # One value may be a level off: how OpenCV rounds depends on its release and on the processor.
    assert off.max() <= 1
    assert np.count_nonzero(off) <= 1


def test_a_palette_picture_shows_its_colours() -> None:
    picture = Image.new("P", (40, 40), 1)
    picture.putpalette([0, 0, 0, 200, 100, 50])
    assert resize_and_center(picture, 40, 60).getpixel((20, 30)) == (200, 100, 50)


@pytest.mark.parametrize(
    ("picture", "colour"),
    [
        (Image.new("CMYK", (30, 40), (0, 255, 255, 0)), (255, 0, 0)),
        (Image.fromarray(np.full((40, 30), 0x8080, dtype=np.uint16)), (128, 128, 128)),
        (Image.new("LA", (30, 40), (90, 255)), (90, 90, 90)),
        (Image.new("LA", (30, 40), (90, 0)), (255, 255, 255)),
        (Image.new("1", (30, 40), 1), (255, 255, 255)),
    ],
)
def test_modes_that_the_published_code_mangles_come_out_right(
    picture: Image.Image, colour: tuple[int, int, int]
) -> None:
    assert resize_and_center(picture, 60, 80).getcolors() == [(60 * 80, colour)]


def test_a_hair_thin_picture_keeps_one_row() -> None:
    out = np.asarray(resize_and_center(Image.new("RGB", (300, 1), (9, 9, 9)), 96, 128))
    assert np.count_nonzero((out == 9).all(axis=(1, 2))) == 1


@settings(max_examples=60, deadline=None)
@given(photo_size=sizes, work_size=sizes)
def test_the_photo_lies_centred_in_a_white_frame(
    photo_size: tuple[int, int], work_size: tuple[int, int]
) -> None:
    fit = Fit(photo_size, work_size)
    left, top, right, bottom = fit.box
    assert 0 <= left < right <= work_size[0]
    assert 0 <= top < bottom <= work_size[1]
    assert abs(left - (work_size[0] - right)) <= 1
    assert abs(top - (work_size[1] - bottom)) <= 1
    frame = np.asarray(fit.apply(Image.new("RGB", photo_size)))
    assert (frame[top:bottom, left:right] == 0).all()
    assert frame.astype(int).sum() == 3 * 255 * (
        work_size[0] * work_size[1] - (right - left) * (bottom - top)
    )


@settings(max_examples=60, deadline=None)
@given(photo_size=sizes, work_size=sizes)
def test_the_padding_never_comes_back(photo_size: tuple[int, int], work_size: tuple[int, int]) -> None:
    fit = Fit(photo_size, work_size)
    restored = fit.restore(fit.apply(Image.new("RGB", photo_size, (10, 20, 30))))
    assert restored.size == photo_size
    assert restored.getcolors() == [(photo_size[0] * photo_size[1], (10, 20, 30))]


def test_a_restored_photo_lies_where_it_was() -> None:
    for photo in (gradient(311, 420), gradient(700, 333)):
        fit = Fit(photo.size, (192, 256))
        restored = np.asarray(fit.restore(fit.apply(photo))).astype(int)
        assert np.abs(restored - np.asarray(photo)).max() <= 4


@settings(max_examples=80, deadline=None)
@given(
    photo_size=sizes,
    work_size=st.tuples(st.integers(8, 120), st.integers(8, 120)),
    seed=st.integers(0, 9),
    rectangle=st.tuples(*[st.floats(0, 1)] * 4),
    feather=st.one_of(st.none(), st.integers(0, 40)),
)
def test_pasting_back_leaves_every_pixel_outside_the_mask_untouched(
    photo_size: tuple[int, int],
    work_size: tuple[int, int],
    seed: int,
    rectangle: tuple[float, ...],
    feather: int | None,
) -> None:
    photo, result = noise(*photo_size, seed), noise(*work_size, seed + 100)
    mask = Image.new("L", work_size)
    x, y = sorted(rectangle[::2]), sorted(rectangle[1::2])
    scaled = [(x[n] * work_size[0], y[n] * work_size[1]) for n in range(2)]
    ImageDraw.Draw(mask).ellipse(scaled, fill=255)
    fit = Fit(photo_size, work_size)
    out = fit.paste_back(photo, result, mask, feather=feather)
    assert out.size == photo_size
    area = mask.crop(fit.box)
    outside = np.asarray(area.resize(photo_size, Image.Resampling.NEAREST)) < 128
    partly = np.asarray(area.resize(photo_size, Image.Resampling.BOX)) < 255
    for region in (outside, partly):
        assert np.array_equal(np.asarray(out)[region], np.asarray(photo)[region])


def _half_masked() -> tuple[Fit, Image.Image]:
    mask = Image.new("L", (96, 128))
    mask.paste(255, (48, 0, 96, 128))
    return Fit((300, 400), (96, 128)), mask


def test_the_seam_rises_smoothly_from_the_photo_to_the_result() -> None:
    fit, mask = _half_masked()
    black, white = Image.new("RGB", (300, 400)), Image.new("RGB", (96, 128), "white")
    row = np.asarray(fit.paste_back(black, white, mask, feather=8))[200, :, 0].astype(int)
    steps = np.diff(row)
    assert (row[:151] == 0).all()
    assert (row[190:] == 255).all()
    assert steps.min() >= 0
    assert steps.max() <= 20


def test_without_feather_the_whole_mask_is_replaced() -> None:
    fit, mask = _half_masked()
    out = fit.paste_back(Image.new("RGB", (300, 400)), Image.new("RGB", (96, 128), "white"), mask, feather=0)
    assert sorted(out.getcolors() or []) == [(60000, (0, 0, 0)), (60000, (255, 255, 255))]


def test_a_mask_up_to_the_photos_edge_has_no_seam_there() -> None:
    fit = Fit((200, 600), (96, 128))  # white bars left and right, not masked
    mask = Image.new("L", (96, 128))
    mask.paste(255, fit.box)
    out = fit.paste_back(noise(200, 600), Image.new("RGB", (96, 128), "red"), mask)
    assert out.getcolors() == [(200 * 600, (255, 0, 0))]


def test_a_photo_with_transparency_comes_back_on_white() -> None:
    fit, mask = _half_masked()
    out = fit.paste_back(Image.new("RGBA", (300, 400)), Image.new("RGB", (96, 128)), mask)
    assert out.mode == "RGB"
    assert out.getpixel((0, 0)) == (255, 255, 255)


def test_wrong_sizes_and_a_negative_feather_are_refused() -> None:
    fit, mask = _half_masked()
    photo, result = Image.new("RGB", (300, 400)), Image.new("RGB", (96, 128))
    with pytest.raises(OptionInvalid, match="photo"):
        fit.apply(result)
    with pytest.raises(OptionInvalid, match="result"):
        fit.restore(photo)
    with pytest.raises(OptionInvalid, match="mask"):
        fit.paste_back(photo, result, photo)
    with pytest.raises(OptionInvalid, match="feather"):
        fit.paste_back(photo, result, mask, feather=-1)
    with pytest.raises(OptionInvalid):
        Fit((0, 5), (96, 128))
