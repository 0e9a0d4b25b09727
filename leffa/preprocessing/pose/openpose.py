"""OpenPose body as the published Leffa demo uses it: 18 joints of everybody in a picture.

The published weights, `body_pose_model.pth`, are for academic, non-commercial use; `VitPose` is free of that.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from leffa.checkpoint import Checkpoint, check_keys, load_into, open_checkpoint
from leffa.errors import PictureTooLarge, PictureTooSmall
from leffa.maps import MAX_SIDE, NUM_KEYPOINTS
from leffa.preprocessing.pose.limbs import assemble, connect
from leffa.preprocessing.pose.openpose_network import STRIDE, OpenPoseNetwork
from leffa.preprocessing.pose.peaks import enlarge, find_peaks, resize
from leffa.preprocessing.pose.poses import Poses, Reading, read_pose

# Half of the height that the network was trained with: the published demo looks at one scale only.
NETWORK_HEIGHT = 0.5 * 368
PADDING = 128
# The network's input is always as high: the width alone is what a long picture costs.
LARGEST_RATIO = 8


class OpenPose:
    """The network and what is read out of it. The demo gives it the photo resized to 384x512."""

    def __init__(self, network: OpenPoseNetwork) -> None:
        self.network = network.eval()

    @classmethod
    def from_checkpoint(
        cls,
        path: Path,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ) -> OpenPose:
        """With the weights of `load_openpose_network`."""
        return cls(load_openpose_network(path, dtype, device))

    def __call__(self, picture: Image.Image, *, keypoints: Reading = "direct") -> Poses:
        """Everybody in an RGB picture, in its pixels; nobody gives an empty list.

        keypoints: `direct`, or `shifted` as the published code reads them (`read_pose`). Time and memory
        grow with the picture, precision does not: the network sees 184 rows of it.

        Raises `PictureTooLarge` above 4096 pixels a side, `PictureTooSmall` for a strip of more than 8:1.
        """
        _check_size(picture)
        pixels, scaled = network_input(picture)
        fields, heat = self._run(pixels)
        return read_poses(fields, heat, scaled, (picture.height, picture.width), keypoints)

    @torch.inference_mode()
    def _run(self, pixels: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        weight = next(self.network.parameters())
        values = torch.from_numpy(pixels).permute(2, 0, 1)[None] / 256 - 0.5
        fields, heat = self.network(values.to(weight.device, weight.dtype))
        return fields[0].float().cpu().numpy(), heat[0].float().cpu().numpy()


def load_openpose_network(
    path: Path, dtype: torch.dtype = torch.float32, device: torch.device | str = "cpu"
) -> OpenPoseNetwork:
    """`body_pose_model.pth`, or a `.safetensors` file with its names. Raises `WeightsError`s."""
    with torch.device("meta"):
        network = OpenPoseNetwork()
    load_into(network, open_openpose(path).read, dtype, device)
    return network


def open_openpose(path: Path) -> Checkpoint:
    """The file with its keys checked. Raises `WeightsError`s."""
    with torch.device("meta"):
        expected = {key: tuple(value.shape) for key, value in OpenPoseNetwork().state_dict().items()}
    checkpoint = open_checkpoint(path)
    check_keys(checkpoint, expected, unused=())
    return checkpoint


def network_input(picture: Image.Image) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """BGR bytes `[h, w, 3]`: 184 rows, both sides padded to multiples of 8; and the size without that."""
    pixels = cv2.cvtColor(np.asarray(picture.convert("RGB")), cv2.COLOR_RGB2BGR).astype(np.uint8, copy=False)
    height, width = pixels.shape[:2]
    scale = NETWORK_HEIGHT / height
    small = resize(pixels, height * scale, width * scale)
    scaled = small.shape[0], small.shape[1]
    bottom, right = (-side % STRIDE for side in scaled)
    return np.pad(small, ((0, bottom), (0, right), (0, 0)), constant_values=PADDING), scaled


def read_poses(
    fields: NDArray[np.float32],
    heat: NDArray[np.float32],
    scaled: tuple[int, int],
    size: tuple[int, int],
    keypoints: Reading = "direct",
) -> Poses:
    """People from the network's maps: PAFs `[38, h, w]` and heat `[19, h, w]`, at an eighth of its input.

    scaled: height and width of the input without padding. size: height and width of the picture.
    """
    parts = find_peaks(enlarge(part, scaled, size) for part in heat[:NUM_KEYPOINTS])
    candidates = np.concatenate(parts)
    connections = connect(parts, lambda channel: enlarge(fields[channel], scaled, size))
    subset = assemble(candidates, connections)
    return Poses(candidates, subset, [read_pose(candidates, row, keypoints) for row in subset])


def _check_size(picture: Image.Image) -> None:
    shorter, longer = sorted(picture.size)
    shown = f"the picture has {picture.width} x {picture.height} pixels"
    if longer > MAX_SIDE:
        raise PictureTooLarge(f"{shown}, OpenPose takes at most {MAX_SIDE} along a side")
    if longer > LARGEST_RATIO * shorter:
        raise PictureTooSmall(f"{shown}, OpenPose takes no side longer than {LARGEST_RATIO} times the other")
