"""The whole way at the published resolution, as recorded, and in half precision: 40 seconds on one core."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from leffa.preprocessing.densepose.pictures import mask_path_labels, predict_iuv, predict_seg
from leffa.preprocessing.densepose.predictor import DensePose
from tests.leffa.preprocessing.densepose.pictures import strip
from tests.leffa.preprocessing.densepose.recorded import FOLDER, load, make_densepose

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sparse() -> DensePose:
    """Weights with which few and large boxes survive."""
    densepose, recorded = make_densepose(), load("e2e.npz")
    predictor = densepose.network.roi_heads.box_predictor
    predictor.cls_score.bias.copy_(torch.from_numpy(recorded["cls_score_bias"]))
    predictor.bbox_pred.bias.copy_(torch.from_numpy(recorded["bbox_pred_bias"]))
    return densepose


@pytest.fixture(scope="module")
def photo() -> Image.Image:
    with Image.open(FOLDER / "e2e_img.png") as picture:
        return picture.convert("RGB")


def test_the_published_demos_way_gives_the_recorded_people_and_pictures(
    sparse: DensePose, photo: Image.Image
) -> None:
    recorded = load("e2e.npz")
    people = sparse.detect(photo, channel_order="rgb")
    assert np.abs(people.boxes.numpy() - recorded["boxes"]).max() < 0.02
    assert np.abs(people.scores.numpy() - recorded["scores"]).max() < 1e-5
    charts = sparse.read(people, range(len(people)))
    seg = predict_seg(charts, photo.size, instance="last")
    assert (seg == recorded["predict_seg_bgr"]).mean() > 0.999
    iuv = predict_iuv(charts, photo.size).astype(int)
    assert (iuv == recorded["predict_iuv"]).mean() > 0.999


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_finds_the_same_people(dtype: torch.dtype) -> None:
    photo = strip()
    densepose = make_densepose()
    people = densepose.detect(photo)
    similar = densepose.to(dtype).detect(photo)
    assert similar.boxes.dtype == similar.scores.dtype == torch.float32
    assert (similar.boxes[:3] - people.boxes[:3]).abs().max() < 1
    assert (similar.scores[:3] - people.scores[:3]).abs().max() < 0.01
    chart = densepose.read(similar, [0])[0]
    assert chart.uv.dtype == np.float32


def test_the_mask_paths_way_gives_the_recorded_labels(sparse: DensePose, photo: Image.Image) -> None:
    labels = mask_path_labels(sparse, photo)
    assert (labels == load("e2e.npz")["mask_path_gray"]).mean() > 0.999
