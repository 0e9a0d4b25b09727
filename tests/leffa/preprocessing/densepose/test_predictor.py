"""From a photo to people and their charts. A narrow strip of a photo is quick: its longer side bounds it."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from leffa.errors import OptionInvalid
from leffa.preprocessing.densepose.pictures import mask_path_labels, predict_seg
from leffa.preprocessing.densepose.predictor import DensePose, Detections, resize
from tests.leffa.preprocessing.densepose.pictures import strip
from tests.leffa.preprocessing.densepose.recorded import FOLDER, load


@pytest.fixture(scope="module")
def photo() -> Image.Image:
    return strip()


@pytest.fixture(scope="module")
def found(densepose: DensePose, photo: Image.Image) -> Detections:
    return densepose.detect(photo)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((768, 1024), (800, 1067)),
        ((1024, 768), (1067, 800)),
        ((96, 128), (800, 1067)),
        ((800, 800), (800, 800)),
        ((3000, 2000), (1200, 800)),
        ((40, 900), (59, 1333)),
        ((4000, 1000), (1333, 333)),
        ((1, 9000), (1, 1333)),
    ],
)
def test_the_shorter_side_becomes_800_unless_the_longer_one_would_exceed_1333(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert resize(Image.new("RGB", size)).size == expected


def test_the_resized_picture_is_the_recorded_one() -> None:
    recorded = load("e2e.npz")
    with Image.open(FOLDER / "e2e_img.png") as picture:
        resized = np.asarray(resize(picture.convert("RGB")))
    assert hashlib.sha256(resized.tobytes()).hexdigest() == recorded["resized_sha256"].tobytes().decode()


def test_people_have_boxes_in_the_photo_and_in_the_resized_picture(
    found: Detections, photo: Image.Image
) -> None:
    assert len(found) > 1
    assert found.boxes.dtype == found.resized_boxes.dtype == found.scores.dtype == torch.float32
    factors = torch.tensor([40 / 59, 900 / 1333] * 2)
    assert torch.allclose(found.boxes, found.resized_boxes * factors, atol=1e-3)
    assert (found.boxes >= 0).all()
    assert (found.boxes <= torch.tensor([40.0, 900.0, 40.0, 900.0])).all()
    assert (found.scores > 0.5).all()
    assert found.scores.tolist() == sorted(found.scores.tolist(), reverse=True)


def test_a_higher_threshold_finds_fewer_of_the_same_people(
    densepose: DensePose, photo: Image.Image, found: Detections
) -> None:
    threshold = found.scores[1].item()
    fewer = densepose.detect(photo, threshold=threshold)
    assert len(fewer) == 1
    assert torch.allclose(fewer.boxes, found.boxes[:1], atol=1e-3)


def test_the_network_is_fed_bgr_unless_asked_for_the_published_rgb(
    densepose: DensePose, photo: Image.Image, found: Detections
) -> None:
    swapped = Image.fromarray(np.ascontiguousarray(np.asarray(photo)[..., ::-1]))
    as_published = densepose.detect(swapped, channel_order="rgb")
    assert torch.allclose(as_published.boxes, found.boxes, atol=1e-3)
    assert densepose.detect(photo, channel_order="rgb").scores.tolist() != found.scores.tolist()


def test_only_the_people_asked_for_go_through_the_densepose_head(
    densepose: DensePose, found: Detections
) -> None:
    seen: list[int] = []
    head = densepose.network.roi_heads.densepose_head
    hook = head.register_forward_hook(lambda _module, inputs, _output: seen.append(len(inputs[0])))
    try:
        charts = densepose.read(found, [1])
        assert densepose.read(found, []) == []
    finally:
        hook.remove()
    assert seen == [1]
    x1, y1, x2, y2 = found.boxes[1]
    assert charts[0].box == (int(x1), int(y1), max(1, int(x2 - x1)), max(1, int(y2 - y1)))
    assert charts[0].labels.shape == (charts[0].box[3], charts[0].box[2])


def test_a_person_can_be_shown_on_the_photo_it_was_found_in(
    densepose: DensePose, photo: Image.Image, found: Detections
) -> None:
    charts = densepose.read(found, range(2))
    for index in range(2):
        assert predict_seg(charts, photo.size, instance=index).shape == (900, 40, 3)


def test_where_nobody_is_there_is_nothing_and_no_crash(densepose: DensePose, photo: Image.Image) -> None:
    nobody = densepose.detect(photo, threshold=1.0)
    assert len(nobody) == 0
    assert densepose.read(nobody, range(len(nobody))) == []


@pytest.mark.parametrize("index", [-1, 100])
def test_a_person_who_was_not_found_is_an_error(densepose: DensePose, found: Detections, index: int) -> None:
    with pytest.raises(OptionInvalid, match=f"no person {index}"):
        densepose.read(found, [index])


@pytest.mark.parametrize("options", [{"channel_order": "grb"}, {"threshold": -0.1}, {"threshold": 2.0}])
def test_options_out_of_range_are_errors(densepose: DensePose, options: dict[str, Any]) -> None:
    with pytest.raises(OptionInvalid):
        densepose.detect(strip(), **options)


def test_the_mask_path_shrinks_a_large_photo_and_answers_in_its_own_size(densepose: DensePose) -> None:
    labels = mask_path_labels(densepose, strip(50, 1500))
    assert labels.shape == (1500, 50)
    assert labels.dtype == np.uint8
    assert labels.max() <= 24
