"""ViTPose on a tiny random network and on planted heat maps."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from leffa.errors import (
    OptionInvalid,
    PackageMissing,
    WeightsError,
    WeightsMismatch,
    WeightsMissing,
    WeightsUnreadable,
)
from leffa.preprocessing.pose.heatmaps import Region, read_peaks
from leffa.preprocessing.pose.vitpose import VitPose

transformers: Any = pytest.importorskip("transformers")

COCO_NAMES = (
    "nose", "left eye", "right eye", "left ear", "right ear", "left shoulder", "right shoulder",
    "left elbow", "right elbow", "left wrist", "right wrist", "left hip", "right hip",
    "left knee", "right knee", "left ankle", "right ankle",
)  # fmt: skip
OUR_NAMES = (
    "nose", "neck", "right shoulder", "right elbow", "right wrist", "left shoulder", "left elbow",
    "left wrist", "right hip", "right knee", "right ankle", "left hip", "left knee", "left ankle",
    "right eye", "left eye", "right ear", "left ear",
)  # fmt: skip
NECK = 1
INPUT = 256, 192


def tiny(experts: int = 1, joints: int = 17, simple: bool = True) -> Any:
    """A network of the published kind with 16 channels in two layers."""
    torch.manual_seed(0)
    backbone = {
        "model_type": "vitpose_backbone",
        "hidden_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_experts": experts,
        "part_features": 4,
        "image_size": list(INPUT),
        "patch_size": [16, 16],
        "out_indices": [2],
    }
    config = transformers.VitPoseConfig(
        backbone_config=backbone, num_labels=joints, use_simple_decoder=simple
    )
    return transformers.VitPoseForPoseEstimation(config).eval()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tiny().save_pretrained(tmp_path)
    return tmp_path


class Planted(nn.Module):
    """In place of the network: heat maps `[n, 17, 64, 48]` that do not depend on the picture."""

    def __init__(self, heat: Tensor) -> None:
        super().__init__()
        self.config = tiny().config
        self.heat = nn.Parameter(heat)

    def forward(self, crops: Tensor, dataset_index: Tensor | None) -> Any:
        assert crops.shape[2:] == INPUT
        return transformers.models.vitpose.modeling_vitpose.VitPoseEstimatorOutput(heatmaps=self.heat)


class SeesLight(Planted):
    """Every joint is where the crop is bright. Cells and pixels of the crop share their corners."""

    def forward(self, crops: Tensor, dataset_index: Tensor | None) -> Any:
        light = F.interpolate(crops[:, :1], size=(64, 48), mode="bilinear", align_corners=True)
        self.heat = nn.Parameter(((light + 2) / 5).clamp(0, 1).expand(-1, 17, -1, -1))
        return super().forward(crops, dataset_index)


def gaussians(cells: NDArray[np.float64], height: float = 0.9) -> Tensor:
    """One peak of two cells' width for each of `cells` `[17, 2]` (x, y)."""
    y, x = np.mgrid[:64, :48]
    maps = [height * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 8) for cx, cy in cells]
    return torch.tensor(np.stack(maps)[None], dtype=torch.float32)


def test_a_folder_as_downloaded_is_loaded_and_gives_what_transformers_gives(folder: Path) -> None:
    vitpose = VitPose.from_pretrained(folder)
    crops = np.random.default_rng(0).integers(0, 256, (2, *INPUT, 3), np.uint8)
    values = (crops / 255 - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225)
    with torch.inference_mode():
        expected = tiny()(torch.tensor(values, dtype=torch.float32).permute(0, 3, 1, 2)).heatmaps
    np.testing.assert_allclose(vitpose._run(crops), expected.numpy(), atol=1e-5)


def test_transformers_names_its_weights_as_the_published_files_do() -> None:
    names = set(tiny(experts=2).state_dict())
    assert {
        "backbone.embeddings.position_embeddings",
        "backbone.embeddings.patch_embeddings.projection.weight",
        "backbone.encoder.layer.1.attention.attention.query.weight",
        "backbone.encoder.layer.1.attention.output.dense.bias",
        "backbone.encoder.layer.1.layernorm_before.weight",
        "backbone.encoder.layer.1.mlp.fc1.weight",
        "backbone.encoder.layer.1.mlp.experts.1.weight",
        "backbone.layernorm.bias",
        "head.conv.weight",
    } <= names


@pytest.mark.parametrize(("experts", "simple"), [(6, True), (1, False)])
def test_experts_and_the_larger_decoder_run_too(tmp_path: Path, experts: int, simple: bool) -> None:
    tiny(experts=experts, simple=simple).save_pretrained(tmp_path)
    vitpose = VitPose.from_pretrained(tmp_path)
    poses = vitpose(Image.new("RGB", (100, 200)), [(10, 10, 90, 190), (0, 0, 50, 50)])
    assert [pose.keypoints.shape for pose in poses] == [(18, 2), (18, 2)]


def test_planted_peaks_come_out_at_their_places_in_the_picture() -> None:
    cells = np.random.default_rng(3).uniform((4, 4), (43, 59), (17, 2))
    box = (100.0, 50.0, 250.0, 400.0)
    (pose,) = VitPose(Planted(gaussians(cells)))(Image.new("RGB", (400, 500)), [box])

    # 350 high with a quarter more, as wide as 3:4 makes it, around the middle of the box.
    height, width = 437.5, 328.125
    places = cells * (width / 47, height / 63) + (175 - width / 2, 225 - height / 2)
    by_name = dict(zip(COCO_NAMES, places, strict=True))
    by_name["neck"] = (by_name["left shoulder"] + by_name["right shoulder"]) / 2
    expected = np.array([by_name[name] for name in OUR_NAMES])
    assert np.abs(pose.keypoints - expected).max() < 0.1
    assert pose.scores == pytest.approx(0.9, abs=0.1)


@pytest.mark.parametrize("box", [(60, 40, 200, 330), (90, 90, 180, 130), (5, 120, 110, 195)])
def test_a_light_in_the_picture_is_found_where_it_is(box: tuple[float, float, float, float]) -> None:
    place = np.array([(box[0] + box[2]) / 2 + 7.3, (box[1] + box[3]) / 2 - 5.6])
    y, x = np.mgrid[:400, :300]
    spread = (box[3] - box[1] + box[2] - box[0]) / 12
    light = 255 * np.exp(-((x - place[0]) ** 2 + (y - place[1]) ** 2) / (2 * spread**2))
    picture = Image.fromarray(np.repeat(light.astype(np.uint8)[..., None], 3, axis=2))

    (pose,) = VitPose(SeesLight(torch.zeros(1)))(picture, [box])
    assert np.abs(pose.keypoints - place).max() < 1


def test_weak_joints_and_joints_outside_of_the_picture_are_missing() -> None:
    cells = np.full((17, 2), 20.0)
    heat = gaussians(cells)
    heat[0, COCO_NAMES.index("left wrist")] *= 0.3
    heat[0, COCO_NAMES.index("right shoulder")] = gaussians(np.array([[2.0, 20.0]]))[0, 0]
    (pose,) = VitPose(Planted(heat))(Image.new("RGB", (100, 200)), [(0, 0, 100, 200)])

    # Without one shoulder there is no neck.
    missing = {OUR_NAMES[joint] for joint in np.flatnonzero(pose.scores == 0)}
    assert missing == {"left wrist", "right shoulder", "neck"}
    assert not pose.keypoints[pose.scores == 0].any()
    assert pose.score == pytest.approx(0.9, abs=0.01)


def test_a_network_that_says_nothing_finds_no_joint() -> None:
    for nothing in (0.0, float("nan")):
        heat = torch.full((1, 17, 64, 48), nothing)
        (pose,) = VitPose(Planted(heat))(Image.new("RGB", (100, 200)), [(0, 0, 100, 200)])
        assert not pose.keypoints.any()
        assert pose.score == 0


def test_peaks_are_read_between_cells_and_at_the_border_within_half_a_cell() -> None:
    cells = np.array([(10.4, 20.3), (23.49, 31.51), (2.0, 61.7), (0.0, 30.0), (47.0, 63.0)])
    peaks, scores = read_peaks(gaussians(cells)[0].numpy())
    assert np.abs(peaks - cells)[:2].max() < 0.001
    assert np.abs(peaks - cells)[2:].max() < 0.51
    # The highest cell, which lies beside the top.
    assert 0.84 < scores.min() < scores.max() <= 0.9 + 1e-6


def test_a_crop_beyond_the_picture_is_black_there_and_keeps_its_place() -> None:
    pixels = np.full((80, 60, 3), 200, np.uint8)
    region = Region(-30, -40, 120, 160)
    crop = region.crop(pixels, (161, 121))
    assert crop[39, 60].max() == 0
    assert crop[41:119, 31:89].min() == 200
    whole = Region(0, 0, 59, 79).crop(pixels, (80, 60))
    np.testing.assert_array_equal(whole, pixels)
    # The middle of a dot in the picture is the middle of it in the crop.
    dotted = np.zeros((80, 60, 3), np.uint8)
    cv2.circle(dotted, (20, 50), 4, (255, 255, 255), -1)
    rows, columns = np.nonzero(region.crop(dotted, (161, 121))[..., 0] > 127)
    assert (columns.mean(), rows.mean()) == pytest.approx((50, 90), abs=0.01)


@pytest.mark.parametrize("box", [(10, 10, 10, 50), (10, 50, 50, 10), (0, 0, float("nan"), 9), (1, 2, 3)])
def test_a_box_without_an_area_is_refused(box: tuple[float, ...]) -> None:
    vitpose = VitPose(Planted(torch.zeros(1, 17, 64, 48)))
    with pytest.raises(OptionInvalid, match="a box must be"):
        vitpose(Image.new("RGB", (100, 100)), [box])
    assert vitpose(Image.new("RGB", (100, 100)), []) == []


def edit(folder: Path, part: str | None, **values: object) -> None:
    path = folder / "config.json"
    config = json.loads(path.read_text())
    (config if part is None else config[part]).update(values)
    path.write_text(json.dumps(config))


def test_a_folder_without_its_files_says_which(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(WeightsMissing, match=r"model\.safetensors"):
        VitPose.from_pretrained(folder)
    (folder / "config.json").unlink()
    with pytest.raises(WeightsMissing, match=r"config\.json"):
        VitPose.from_pretrained(folder)


@pytest.mark.parametrize(
    ("part", "name", "value", "error"),
    [
        (None, "model_type", "bert", WeightsMismatch),
        (None, "backbone_config", None, WeightsUnreadable),
        ("backbone_config", "model_type", "resnet", WeightsMismatch),
        ("backbone_config", "hidden_size", 32, WeightsMismatch),
        ("backbone_config", "hidden_size", "many", WeightsUnreadable),
        ("backbone_config", "hidden_size", -16, WeightsUnreadable),
        ("backbone_config", "num_attention_heads", 0, WeightsUnreadable),
        ("backbone_config", "image_size", 256, WeightsUnreadable),
    ],
)
def test_a_wrong_configuration_is_refused(
    folder: Path, part: str | None, name: str, value: object, error: type[WeightsError]
) -> None:
    edit(folder, part, **{name: value})
    with pytest.raises(error):
        VitPose.from_pretrained(folder)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"model_type": "vitpose"}', "\udcff"])
def test_a_damaged_configuration_is_refused(folder: Path, content: str) -> None:
    (folder / "config.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(WeightsUnreadable):
        VitPose.from_pretrained(folder)


def test_other_joints_than_cocos_and_missing_tensors_are_refused(tmp_path: Path) -> None:
    tiny(joints=52).save_pretrained(tmp_path)
    with pytest.raises(WeightsMismatch, match="52 joints"):
        VitPose.from_pretrained(tmp_path)

    tiny().save_pretrained(tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    del weights["head.conv.bias"]
    save_file(weights, tmp_path / "model.safetensors")
    with pytest.raises(WeightsMismatch, match=r"missing: head\.conv\.bias"):
        VitPose.from_pretrained(tmp_path)


def test_without_transformers_the_error_says_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(PackageMissing, match=r"ai-giydir\[pose\]"):
        VitPose.from_pretrained(folder)
