"""The framed part of a photo, and the way back into it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from leffa.errors import MaskEmpty
from leffa.framing import Frame
from leffa.maps import PersonMaps

WORK = (96, 128)
# Tiny, exact, larger, very wide, very tall.
SIZES = [(7, 9), (96, 128), (300, 400), (500, 60), (64, 640)]
SIDES = st.integers(1, 300)


def noise(size: tuple[int, int], seed: int = 0) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8))


def rectangle(size: tuple[int, int], box: tuple[int, int, int, int]) -> Image.Image:
    mask = Image.new("L", size)
    mask.paste(255, box)
    return mask


def middle(size: tuple[int, int]) -> Image.Image:
    w, h = size
    return rectangle(size, (w // 4, h // 4, max(w // 4 + 1, w * 3 // 4), max(h // 4 + 1, h * 3 // 4)))


def changed(before: Image.Image, after: Image.Image) -> NDArray[np.bool_]:
    different: NDArray[np.bool_] = (np.asarray(before) != np.asarray(after)).any(axis=2)
    return different


def maps_with(labels: NDArray[np.uint8], keypoints: NDArray[np.float64]) -> PersonMaps:
    return PersonMaps(labels, labels, labels, np.dstack([labels, labels]), keypoints)


@settings(max_examples=60)
@given(SIDES, SIDES, st.tuples(*[st.floats(0, 1)] * 4), st.floats(0, 0.5))
def test_a_box_around_a_mask_holds_all_of_it_and_lies_in_the_photo(
    width: int, height: int, corners: tuple[float, float, float, float], margin: float
) -> None:
    (x0, x1), (y0, y1) = sorted(corners[:2]), sorted(corners[2:])
    left, top = int(x0 * (width - 1)), int(y0 * (height - 1))
    right, bottom = int(x1 * (width - 1)) + 1, int(y1 * (height - 1)) + 1
    frame = Frame.around(rectangle((width, height), (left, top, right, bottom)), WORK, margin=margin)
    assert 0 <= frame.box[0] <= left
    assert right <= frame.box[2] <= width
    assert 0 <= frame.box[1] <= top
    assert bottom <= frame.box[3] <= height


def test_a_box_has_the_work_aspect_where_the_photo_has_room() -> None:
    left, top, right, bottom = Frame.around(middle((900, 900)), WORK, margin=0.1).box
    assert (right - left) / (bottom - top) == pytest.approx(WORK[0] / WORK[1], abs=0.01)


def test_a_mask_that_is_nowhere_more_than_half_is_empty() -> None:
    with pytest.raises(MaskEmpty):
        Frame.around(Image.new("L", (90, 120), 127), WORK, margin=0.1)


@pytest.mark.parametrize("smooth", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_every_framed_part_has_the_work_size(size: tuple[int, int], smooth: bool) -> None:
    labels = np.ones((size[1], size[0]), np.uint8)
    for frame in (
        Frame.whole(size, WORK, smooth=smooth),
        Frame.around(middle(size), WORK, margin=0.1, smooth=smooth),
    ):
        assert frame.photo(noise(size)).size == WORK
        assert frame.mask(middle(size)).size == WORK
        assert frame.maps(maps_with(labels, np.zeros((18, 2)))).size == WORK


@pytest.mark.parametrize("smooth", [False, True])
def test_beyond_the_photo_it_is_white_unmasked_and_without_labels(smooth: bool) -> None:
    wide = (200, 50)
    frame = Frame.whole(wide, WORK, smooth=smooth)
    top = frame.fit.box[1]
    assert top > 0
    assert (np.asarray(frame.photo(Image.new("RGB", wide)))[:top] == 255).all()
    assert (np.asarray(frame.mask(Image.new("L", wide, 255)))[:top] == 0).all()
    assert (frame.labels(np.full((50, 200), 7, np.uint8))[:top] == 0).all()


@pytest.mark.parametrize("size", [(96, 128), (300, 400), (500, 200), (64, 640)])
def test_keypoints_stay_on_their_labels(size: tuple[int, int]) -> None:
    """Each keypoint lies in the middle of a patch of a label of its own."""
    labels = np.zeros((size[1], size[0]), np.uint8)
    keypoints = np.zeros((18, 2))
    side_x, side_y = size[0] // 3, size[1] // 6
    for index in range(1, 18):
        x, y = (index % 3) * side_x, (index // 3) * side_y
        labels[y : y + side_y, x : x + side_x] = index
        keypoints[index] = x + side_x / 2, y + side_y / 2
    mask = rectangle(size, (0, side_y, size[0], size[1] // 2))
    for frame in (Frame.whole(size, WORK), Frame.around(mask, WORK, margin=0.05)):
        framed = frame.maps(maps_with(labels, keypoints))
        known = np.flatnonzero(framed.keypoints.any(axis=1))
        assert len(known) >= 5
        x, y = framed.keypoints[known].astype(int).T
        for framed_labels in (framed.atr, framed.lip, framed.densepose):
            assert (framed_labels[y, x] == known).all()
        assert (framed.densepose_uv[y, x] == known[:, None]).all()


def test_a_missing_keypoint_stays_missing_and_one_outside_the_frame_becomes_so() -> None:
    keypoints = np.zeros((18, 2))
    keypoints[1], keypoints[2] = (150, 100), (5, 390)
    frame = Frame.around(rectangle((300, 400), (100, 60, 200, 160)), WORK, margin=0.1)
    framed = frame.maps(maps_with(np.zeros((400, 300), np.uint8), keypoints)).keypoints
    assert framed[1].all()
    assert not np.delete(framed, 1, axis=0).any()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("close", [False, True])
def test_with_repaint_every_pixel_outside_the_mask_stays_as_it_was(
    size: tuple[int, int], close: bool
) -> None:
    photo, mask = noise(size), middle(size)
    frame = Frame.around(mask, WORK, margin=0.1) if close else Frame.whole(size, WORK)
    after = frame.put_back(photo, noise(WORK, 1), frame.mask(mask), repaint=True)
    assert after.size == size
    # The mask has been resized twice: its soft edge may reach one pixel of the coarser grid further.
    x_reach = max(1, -(-(frame.box[2] - frame.box[0]) // (frame.fit.box[2] - frame.fit.box[0])))
    y_reach = max(1, -(-(frame.box[3] - frame.box[1]) // (frame.fit.box[3] - frame.fit.box[1])))
    left, top, right, bottom = mask.getbbox() or (0, 0, 0, 0)
    allowed = rectangle(size, (left - x_reach, top - y_reach, right + x_reach, bottom + y_reach))
    assert not changed(photo, after)[np.asarray(allowed) == 0].any()


@pytest.mark.parametrize("size", [(96, 128), (300, 400), (500, 200), (64, 640)])
@pytest.mark.parametrize("close", [False, True])
def test_with_repaint_the_middle_of_the_mask_is_the_result(size: tuple[int, int], close: bool) -> None:
    photo, mask = Image.new("RGB", size, "red"), middle(size)
    frame = Frame.around(mask, WORK, margin=0.1) if close else Frame.whole(size, WORK)
    after = frame.put_back(photo, Image.new("RGB", WORK, "blue"), frame.mask(mask), repaint=True)
    assert after.getpixel((size[0] // 2, size[1] // 2)) == (0, 0, 255)


def test_without_repaint_the_whole_frame_is_replaced_and_nothing_beyond_it() -> None:
    size = (300, 400)
    photo, mask = Image.new("RGB", size, "red"), rectangle(size, (100, 60, 200, 160))
    result = Image.new("RGB", WORK, "blue")
    whole = Frame.whole(size, WORK)
    assert changed(photo, whole.put_back(photo, result, whole.mask(mask), repaint=False)).all()

    close = Frame.around(mask, WORK, margin=0.1)
    after = close.put_back(photo, result, close.mask(mask), repaint=False)
    left, top = close.box[:2]
    assert after.getpixel((left + 12, top + 12)) == (0, 0, 255)
    outside = np.asarray(rectangle(size, close.box)) == 0
    assert not changed(photo, after)[outside].any()


def test_smooth_framing_keeps_the_mean_of_fine_stripes_that_the_published_way_loses() -> None:
    stripes = np.zeros((1280, 960, 3), np.uint8)
    stripes[:, ::10] = 250
    photo = Image.fromarray(stripes)
    published = np.asarray(Frame.whole(photo.size, WORK).photo(photo))
    smooth = np.asarray(Frame.whole(photo.size, WORK, smooth=True).photo(photo))
    assert abs(smooth.mean() - 25) < 2
    assert abs(published.mean() - 25) > 10
