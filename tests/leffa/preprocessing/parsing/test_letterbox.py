"""The warp into the square and back, bit for bit as it was recorded."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from leffa.errors import PictureTooSmall
from leffa.preprocessing.parsing.letterbox import Letterbox, network_input
from leffa.preprocessing.parsing.network import KINDS, ParserKind
from tests.leffa.preprocessing.parsing.recorded import apart, is_warped, photo, read


@pytest.mark.parametrize("case", ["plain", "landscape"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_warped_to_the_recorded_bytes(kind: ParserKind, case: str) -> None:
    recorded, picture = read("post"), photo(f"post_{case}")
    square = Letterbox(picture.width, picture.height, KINDS[kind].size).warp(np.asarray(picture))

    assert is_warped(square[..., ::-1], recorded[f"{case}_{kind}_warped_sha256"])
    assert apart(network_input(square)[0, :, ::4, ::4], recorded[f"{case}_{kind}_input_s4"]) < 1e-6


@pytest.mark.parametrize("index", [0, 1])
@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_smaller_than_the_square_is_warped_to_the_recorded_bytes(
    kind: ParserKind, index: int
) -> None:
    picture = photo(f"photo{index}")
    square = Letterbox(picture.width, picture.height, KINDS[kind].size).warp(np.asarray(picture))
    assert is_warped(square, read(f"schp_{kind}")[f"i{index}_warped_sha256"])


@pytest.mark.parametrize("case", ["plain", "landscape"])
@pytest.mark.parametrize("kind", KINDS)
def test_logits_are_spread_over_the_picture_as_recorded(kind: ParserKind, case: str) -> None:
    recorded = read("post")
    width, height = (int(side) for side in recorded[f"{case}_size_wh"])
    logits = (recorded[f"{case}_{kind}_q"] / 16).astype(np.float32)

    spread = Letterbox(width, height, KINDS[kind].size).spread(logits)

    assert spread.dtype == np.float32
    assert apart(spread.transpose(1, 2, 0)[::8, ::8], recorded[f"{case}_{kind}_logits_s8"]) < 1e-6


def test_a_picture_of_the_squares_size_is_not_changed() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (473, 473, 3), np.uint8)
    assert np.array_equal(Letterbox(473, 473, 473).warp(picture), picture)


def test_beside_a_narrow_picture_the_square_is_black() -> None:
    square = Letterbox(100, 200, 512).warp(np.full((200, 100, 3), 255, np.uint8))
    assert not square[:, :125].any()
    assert (square[:, 129:383] == 255).all()
    assert not square[:, 387:].any()


@pytest.mark.parametrize(("width", "height"), [(768, 1024), (300, 200), (1025, 546), (65, 2049)])
def test_labels_come_back_to_where_they_were_seen(width: int, height: int) -> None:
    box = Letterbox(width, height, 512)
    halves = np.zeros((2, 128, 128), np.float32)
    halves[0, :, :64] = halves[1, :, 64:] = 1  # left and right
    labels = box.labels(halves)

    assert labels.shape == (height, width)
    assert not labels[:, : width // 2 - width // 128 - 1].any()
    assert labels[:, width // 2 + width // 128 + 1 :].all()


def test_labels_are_those_of_the_largest_spread_logits() -> None:
    logits = np.random.default_rng(1).normal(size=(20, 119, 119)).astype(np.float32)
    box = Letterbox(333, 301, 473)
    assert np.array_equal(box.labels(logits), box.spread(logits).argmax(0))


# At sides of 1025 and 2049, exact coordinates lie halfway between two steps, and OpenCV's float64 decides.
@pytest.mark.parametrize(
    ("width", "height"), [(546, 1025), (1018, 1025), (1025, 478), (700, 2049), (640, 427)]
)
def test_coordinates_are_rounded_as_opencv_computes_them(width: int, height: int) -> None:
    centre, half = np.array([width - 1, height - 1]) / 2, (max(width, height) - 1) / 2
    corners = np.array([[0, 0], [0, -1], [-1, -1]])
    on_picture = (centre + half * corners).astype(np.float32)
    on_square = (255.5 + 255.5 * corners).astype(np.float32)
    matrix = cv2.invertAffineTransform(cv2.getAffineTransform(on_square, on_picture))
    columns = np.rint(np.arange(width) * matrix[0, 0] * 1024) + np.rint(matrix[0, 2] * 1024)
    rows = np.rint((np.arange(height) * matrix[1, 1] + matrix[1, 2]) * 1024)

    ramp = np.arange(512, dtype=np.float32)[None].repeat(512, 0)
    spread = Letterbox(width, height, 512).spread(np.stack([ramp, ramp.T]))

    assert np.allclose(spread[0, height // 2] * 32, np.floor(columns / 32 + 0.5), atol=1e-2)
    assert np.allclose(spread[1, :, width // 2] * 32, np.floor(rows / 32 + 0.5), atol=1e-2)


def test_channels_go_to_the_network_in_the_order_asked_for() -> None:
    square = np.zeros((4, 4, 3), np.uint8)
    square[..., 0] = 255  # red
    bgr, rgb = network_input(square, "bgr")[0, :, 0, 0], network_input(square, "rgb")[0, :, 0, 0]
    assert bgr.tolist() == pytest.approx([-0.406 / 0.225, -0.456 / 0.224, (1 - 0.485) / 0.229], abs=1e-6)
    assert rgb.tolist() == pytest.approx([(1 - 0.406) / 0.225, -0.456 / 0.224, -0.485 / 0.229], abs=1e-6)


def test_a_single_pixel_is_refused() -> None:
    with pytest.raises(PictureTooSmall):
        Letterbox(1, 1, 512)
