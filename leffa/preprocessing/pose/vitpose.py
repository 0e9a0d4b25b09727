"""ViTPose (arXiv 2204.12484) by `transformers`: joints of people whose boxes are known.

Code and weights are under the Apache licence 2.0, so it may go where OpenPose's weights may not.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from huggingface_hub.errors import StrictDataclassError
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from leffa.checkpoint import check_keys, load_into, open_checkpoint
from leffa.errors import OptionInvalid, PackageMissing, WeightsMismatch, WeightsMissing, WeightsUnreadable
from leffa.maps import NUM_KEYPOINTS
from leffa.preprocessing.pose.heatmaps import Region, read_peaks
from leffa.preprocessing.pose.poses import Array, Pose

# The joints of COCO: nose, then left and right eye, ear, shoulder, elbow, wrist, hip, knee, ankle.
COCO_JOINTS = 17
_LEFT_SHOULDER, _RIGHT_SHOULDER = 5, 6
_NECK = 1
# COCO's number of each of our 18 joints but the neck, which COCO has not.
_COCO_OF_JOINT = {
    0: 0,
    2: 6, 3: 8, 4: 10,
    5: 5, 6: 7, 7: 9,
    8: 12, 9: 14, 10: 16,
    11: 11, 12: 13, 13: 15,
    14: 2, 15: 1, 16: 4, 17: 3,
}  # fmt: skip
LOWEST_SCORE = 0.3
# What the weights were trained with (ImageNet's mean and deviation), RGB.
_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)
# ViTPose++ was trained on several data sets, with an expert for each; the first is COCO.
_COCO_EXPERT = 0
# What `transformers` raises for a configuration that makes no sense.
_CONFIG_ERRORS = (
    StrictDataclassError,
    ValueError,
    TypeError,
    RuntimeError,
    ArithmeticError,
    LookupError,
    AttributeError,
)


class VitPose:
    """A ViTPose or ViTPose++ network, and how boxes go in and joints come out."""

    def __init__(self, network: Any) -> None:
        """network: a `VitPoseForPoseEstimation` for the 17 joints of COCO."""
        backbone = network.config.backbone_config
        self.network = network.eval()
        self.input_size = int(backbone.image_size[0]), int(backbone.image_size[1])
        self.has_experts = backbone.num_experts > 1

    @classmethod
    def from_pretrained(
        cls,
        folder: Path,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ) -> VitPose:
        """With the weights of `load_vitpose_network`."""
        return cls(load_vitpose_network(folder, dtype, device))

    def __call__(self, picture: Image.Image, boxes: Sequence[Sequence[float]]) -> list[Pose]:
        """One pose for each box (x1, y1, x2, y2), in the order of the boxes and in pixels of the picture.

        Joints of a score below 0.3 or outside of the picture are missing; the neck is the middle of the
        shoulders. A pose's own score is the mean over the joints found.

        Raises `OptionInvalid` for a box without an area.
        """
        for box in boxes:
            if len(box) != 4 or not np.isfinite(box).all() or box[2] <= box[0] or box[3] <= box[1]:
                raise OptionInvalid(f"a box must be x1 < x2 and y1 < y2, got {tuple(box)}")
        if not boxes:
            return []
        height, width = self.input_size
        pixels = np.asarray(picture.convert("RGB"))
        regions = [Region.around(box, width / height) for box in boxes]
        heat = self._run(np.stack([region.crop(pixels, self.input_size) for region in regions]))
        poses = []
        for region, maps in zip(regions, heat, strict=True):
            cells, scores = read_peaks(maps)
            points = region.to_picture(cells, (maps.shape[1], maps.shape[2]))
            poses.append(_pose(points, scores, picture.size))
        return poses

    @torch.inference_mode()
    def _run(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        """RGB crops `[n, h, w, 3]` to heat maps `[n, 17, h/4, w/4]`."""
        weight: Tensor = next(self.network.parameters())
        values = torch.from_numpy(crops).to(weight.device).float().div(255)
        values = (values - values.new_tensor(_MEAN)) / values.new_tensor(_DEVIATION)
        expert = torch.full((len(crops),), _COCO_EXPERT, device=weight.device) if self.has_experts else None
        output = self.network(values.permute(0, 3, 1, 2).to(weight.dtype), dataset_index=expert)
        heat: NDArray[np.float32] = output.heatmaps.float().cpu().numpy()
        return heat


def load_vitpose_network(
    folder: Path, dtype: torch.dtype = torch.float32, device: torch.device | str = "cpu"
) -> Any:
    """The network of `config.json` and `model.safetensors` in `folder`, as downloaded; nothing is fetched.

    Raises `PackageMissing` without `transformers`, `WeightsMissing`, `WeightsUnreadable`,
    `WeightsMismatch` (other joints than COCO's 17, or tensors that do not fit the configuration).
    """
    network = _network(_read_config(folder / "config.json"))
    checkpoint = open_checkpoint(folder / "model.safetensors")
    expected = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    check_keys(checkpoint, expected, unused=())
    load_into(network, checkpoint.read, dtype, device)
    return network


def _read_config(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise WeightsMissing(f"no configuration of ViTPose at {path}")
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        kind, backbone = config["model_type"], config["backbone_config"]["model_type"]
    except (ValueError, LookupError, TypeError, OSError) as error:
        raise WeightsUnreadable(f"{path.name} is no configuration of ViTPose: {error}") from error
    if (kind, backbone) != ("vitpose", "vitpose_backbone"):
        raise WeightsMismatch(f"{path.name} is of {kind} with {backbone}, not of ViTPose")
    return dict(config)


def _network(config: dict[str, Any]) -> Any:
    """A network of this configuration without memory for its weights."""
    try:
        transformers = import_module("transformers")
    except ImportError as error:
        raise PackageMissing(
            "ViTPose needs the package transformers: pip install 'ai-giydir[pose]'"
        ) from error
    try:
        with torch.device("meta"):
            network = transformers.VitPoseForPoseEstimation(transformers.VitPoseConfig.from_dict(config))
        _, _ = network.config.backbone_config.image_size  # height and width: one number is not enough
    except _CONFIG_ERRORS as error:
        reason = " ".join(str(error).split())
        raise WeightsUnreadable(f"the configuration of ViTPose makes no sense: {reason}") from error
    if network.config.num_labels != COCO_JOINTS:
        raise WeightsMismatch(
            f"this ViTPose finds {network.config.num_labels} joints, only COCO's {COCO_JOINTS} are known here"
        )
    return network


def _pose(points: Array, scores: Array, size: tuple[int, int]) -> Pose:
    """From COCO's 17 points `[17, 2]` and scores to the 18 joints. size: of the picture (width, height)."""
    found = (scores >= LOWEST_SCORE) & ((points >= 0) & (points <= np.array(size) - 1)).all(axis=1)
    points, scores = np.where(found[:, None], points, 0), np.where(found, scores, 0)
    keypoints, joint_scores = np.zeros((NUM_KEYPOINTS, 2)), np.zeros(NUM_KEYPOINTS)
    for joint, coco in _COCO_OF_JOINT.items():
        keypoints[joint], joint_scores[joint] = points[coco], scores[coco]
    shoulders = [_LEFT_SHOULDER, _RIGHT_SHOULDER]
    if found[shoulders].all():
        keypoints[_NECK], joint_scores[_NECK] = points[shoulders].mean(axis=0), scores[shoulders].min()
    return Pose(keypoints, joint_scores, float(scores[found].mean()) if found.any() else 0.0)
