"""The OpenPose body network (arXiv 1611.08050): ten VGG layers and six stages of two branches.

The convolutions carry the names of the published file, `body_pose_model.pth`.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

STRIDE = 8
PAF_CHANNELS = 38  # x and y of 19 limbs
HEAT_CHANNELS = 19  # 18 parts and the background

# Blocks of 3x3 convolutions and their output channels; between two blocks the size is halved.
_TRUNK = (
    {"conv1_1": 64, "conv1_2": 64},
    {"conv2_1": 128, "conv2_2": 128},
    {"conv3_1": 256, "conv3_2": 256, "conv3_3": 256, "conv3_4": 256},
    {"conv4_1": 512, "conv4_2": 512, "conv4_3_CPM": 256, "conv4_4_CPM": 128},
)
_FEATURES = 128
_STAGES = range(1, 7)
_BRANCHES = {"L1": PAF_CHANNELS, "L2": HEAT_CHANNELS}


class OpenPoseNetwork(nn.ModuleDict):
    """A picture to part affinity fields and heat maps at an eighth of its size."""

    def __init__(self) -> None:
        super().__init__()
        channels = 3
        for block in _TRUNK:
            for name, outputs in block.items():
                self[name] = _convolution(channels, outputs, 3)
                channels = outputs
        for stage in _STAGES:
            for branch, outputs in _BRANCHES.items():
                self._add_branch(stage, branch, outputs)

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """BGR `[n, 3, h, w]` in -0.5..0.5, sides multiples of 8, to PAFs `[n, 38, h/8, w/8]` and heat maps
        `[n, 19, h/8, w/8]`."""
        features = picture
        for i, block in enumerate(_TRUNK):
            if i > 0:
                features = F.max_pool2d(features, 2)
            for name in block:
                features = F.relu(self[name](features), inplace=True)
        inputs = features  # [n, 128, h/8, w/8]
        for stage in _STAGES:
            paf, heat = (self._branch(inputs, stage, branch) for branch in _BRANCHES)
            inputs = torch.cat([paf, heat, features], dim=1)  # [n, 185, h/8, w/8]
        # No other stage's output is rectified: a slip of the published network, which its users read.
        return paf, F.relu(heat)

    def _branch(self, inputs: Tensor, stage: int, branch: str) -> Tensor:
        *hidden, last = _names(stage, branch)
        for name in hidden:
            inputs = F.relu(self[name](inputs), inplace=True)
        output: Tensor = self[last](inputs)
        return output

    def _add_branch(self, stage: int, branch: str, outputs: int) -> None:
        if stage == 1:
            inputs = _FEATURES
            kernels, widths = [3, 3, 3, 1, 1], [128, 128, 128, 512, outputs]
        else:
            inputs = PAF_CHANNELS + HEAT_CHANNELS + _FEATURES
            kernels, widths = [7, 7, 7, 7, 7, 1, 1], [128, 128, 128, 128, 128, 128, outputs]
        for name, kernel, width in zip(_names(stage, branch), kernels, widths, strict=True):
            self[name] = _convolution(inputs, width, kernel)
            inputs = width


def _names(stage: int, branch: str) -> list[str]:
    if stage == 1:
        return [f"conv5_{i}_CPM_{branch}" for i in range(1, 6)]
    return [f"Mconv{i}_stage{stage}_{branch}" for i in range(1, 8)]


def _convolution(inputs: int, outputs: int, kernel: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2)
