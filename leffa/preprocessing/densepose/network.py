"""The network DensePose R-CNN R50-FPN s1x in plain PyTorch, for inference.

Güler et al., "DensePose: Dense Human Pose Estimation In The Wild" (2018), with the decoder of Kirillov et
al., "Panoptic Feature Pyramid Networks" (2019). Module names are those of the published file
(`model_final_162be9.pkl`), but there are no norms: they are folded into the convolutions before them
(`leffa.preprocessing.densepose.weights`). A picture is `[1, 3, H, W]`, both sides multiples of 32.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

FPN_CHANNELS = 256
FPN_STRIDES = (4, 8, 16, 32, 64)
ANCHORS_PER_CELL = 3
PARTS = 25  # background and 24 parts of the body


class ConvReLU(nn.Conv2d):
    """Convolution, padded to keep the size (but for the stride), then ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__(inputs, outputs, kernel, stride, padding=kernel // 2)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu_(super().forward(x))


class Bottleneck(nn.Module):
    """Residual block as in the first ResNets: the first 1x1 convolution has the stride."""

    def __init__(self, inputs: int, planes: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.shortcut = nn.Conv2d(inputs, outputs, 1, stride) if inputs != outputs else nn.Identity()
        self.conv1 = ConvReLU(inputs, planes, 1, stride)
        self.conv2 = ConvReLU(planes, planes, 3)
        self.conv3 = nn.Conv2d(planes, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        residual: Tensor = self.conv3(self.conv2(self.conv1(x)))
        return F.relu_(residual.add_(self.shortcut(x)))


def _stage(inputs: int, planes: int, blocks: int, stride: int) -> nn.Sequential:
    outputs = 4 * planes
    first = Bottleneck(inputs, planes, outputs, stride)
    return nn.Sequential(first, *(Bottleneck(outputs, planes, outputs, 1) for _ in range(blocks - 1)))


class Stem(nn.Module):
    """[1, 3, H, W] to [1, 64, H/4, W/4]."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = ConvReLU(3, 64, 7, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        return F.max_pool2d(self.conv1(x), kernel_size=3, stride=2, padding=1)


class ResNet50(nn.Module):
    """Features at 1/4, 1/8, 1/16 and 1/32 of the picture, with 256, 512, 1024 and 2048 channels."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = Stem()
        self.res2 = _stage(64, 64, blocks=3, stride=1)
        self.res3 = _stage(256, 128, blocks=4, stride=2)
        self.res4 = _stage(512, 256, blocks=6, stride=2)
        self.res5 = _stage(1024, 512, blocks=3, stride=2)

    def forward(self, x: Tensor) -> list[Tensor]:
        res2 = self.res2(self.stem(x))
        res3 = self.res3(res2)
        res4 = self.res4(res3)
        return [res2, res3, res4, self.res5(res4)]


class FPN(nn.Module):
    """Feature pyramid p2 to p6: 256 channels at 1/4, 1/8, 1/16, 1/32 and 1/64 of the picture."""

    def __init__(self) -> None:
        super().__init__()
        self.bottom_up = ResNet50()
        self.fpn_lateral2, self.fpn_output2 = self._level(256)
        self.fpn_lateral3, self.fpn_output3 = self._level(512)
        self.fpn_lateral4, self.fpn_output4 = self._level(1024)
        self.fpn_lateral5, self.fpn_output5 = self._level(2048)

    @staticmethod
    def _level(channels: int) -> tuple[nn.Conv2d, nn.Conv2d]:
        return nn.Conv2d(channels, FPN_CHANNELS, 1), nn.Conv2d(FPN_CHANNELS, FPN_CHANNELS, 3, padding=1)

    def forward(self, x: Tensor) -> list[Tensor]:
        res2, res3, res4, res5 = self.bottom_up(x)
        sum5 = self.fpn_lateral5(res5)
        sum4 = self.fpn_lateral4(res4).add_(F.interpolate(sum5, scale_factor=2, mode="nearest"))
        sum3 = self.fpn_lateral3(res3).add_(F.interpolate(sum4, scale_factor=2, mode="nearest"))
        sum2 = self.fpn_lateral2(res2).add_(F.interpolate(sum3, scale_factor=2, mode="nearest"))
        p5 = self.fpn_output5(sum5)
        p6 = p5[:, :, ::2, ::2]
        return [self.fpn_output2(sum2), self.fpn_output3(sum3), self.fpn_output4(sum4), p5, p6]


class RPNHead(nn.Module):
    """Objectness `[h * w * 3]` and box deltas `[h * w * 3, 4]` of a level's anchors, by y, x, anchor."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = ConvReLU(FPN_CHANNELS, FPN_CHANNELS, 3)
        self.objectness_logits = nn.Conv2d(FPN_CHANNELS, ANCHORS_PER_CELL, 1)
        self.anchor_deltas = nn.Conv2d(FPN_CHANNELS, ANCHORS_PER_CELL * 4, 1)

    def forward(self, level: Tensor) -> tuple[Tensor, Tensor]:
        x = self.conv(level)
        logits, deltas = self.objectness_logits(x), self.anchor_deltas(x)
        return logits[0].permute(1, 2, 0).flatten(), deltas[0].permute(1, 2, 0).reshape(-1, 4)


class ProposalGenerator(nn.Module):
    """Holds the head under its published name."""

    def __init__(self) -> None:
        super().__init__()
        self.rpn_head = RPNHead()


class BoxHead(nn.Module):
    """Pooled features [n, 256, 7, 7] to [n, 1024]."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(FPN_CHANNELS * 7 * 7, 1024)
        self.fc2 = nn.Linear(1024, 1024)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu_(self.fc2(F.relu_(self.fc1(x.flatten(1)))))


class BoxPredictor(nn.Module):
    """[n, 1024] to logits [n, 2] (person, background) and box deltas [n, 4]."""

    def __init__(self) -> None:
        super().__init__()
        self.cls_score = nn.Linear(1024, 2)
        self.bbox_pred = nn.Linear(1024, 4)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.cls_score(x), self.bbox_pred(x)


class Upsample(nn.Module):
    """Twice the size, bilinear."""

    def forward(self, x: Tensor) -> Tensor:
        return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


def _conv() -> ConvReLU:
    return ConvReLU(FPN_CHANNELS, FPN_CHANNELS, 3)


class Decoder(nn.Module):
    """p2 to p5 to one map [1, 256, H/4, W/4]."""

    def __init__(self) -> None:
        super().__init__()
        self.p2 = nn.Sequential(_conv())
        self.p3 = nn.Sequential(_conv())
        self.p4 = nn.Sequential(_conv(), Upsample(), _conv())
        self.p5 = nn.Sequential(_conv(), Upsample(), _conv(), Upsample(), _conv())
        self.up = Upsample()
        self.predictor = nn.Conv2d(FPN_CHANNELS, FPN_CHANNELS, 1)

    def forward(self, levels: Sequence[Tensor]) -> Tensor:
        p2, p3, p4, p5 = levels
        # Published: each of p3, p4, p5 is doubled once more before the sum. To double their sum is the same.
        coarse = self.p3(p3).add_(self.p4(p4)).add_(self.p5(p5))
        x: Tensor = self.predictor(self.p2(p2).add_(self.up(coarse)))
        return x


class DensePoseHead(nn.Module):
    """Pooled features of a box [n, 256, 28, 28] to [n, 512, 28, 28]."""

    def __init__(self) -> None:
        super().__init__()
        for index in range(8):
            conv = ConvReLU(FPN_CHANNELS if index == 0 else 512, 512, 3)
            self.add_module(f"body_conv_fcn{index + 1}", conv)

    def forward(self, x: Tensor) -> Tensor:
        for conv in self.children():
            x = conv(x)
        return x


class ChartLogits(NamedTuple):
    """What the network says about the pixels of each box, on a grid of 112x112.

    coarse: `[n, 2, 112, 112]`, background and body; fine: `[n, 25, 112, 112]`, background and parts;
    u, v: `[n, 25, 112, 112]`, the coordinates within each part, about 0..1, not clamped.
    """

    coarse: Tensor
    fine: Tensor
    u: Tensor
    v: Tensor


class ChartPredictor(nn.Module):
    """[n, 512, 28, 28] to charts of four times the size."""

    def __init__(self) -> None:
        super().__init__()
        self.ann_index_lowres = nn.ConvTranspose2d(512, 2, 4, stride=2, padding=1)
        self.index_uv_lowres = nn.ConvTranspose2d(512, PARTS, 4, stride=2, padding=1)
        self.u_lowres = nn.ConvTranspose2d(512, PARTS, 4, stride=2, padding=1)
        self.v_lowres = nn.ConvTranspose2d(512, PARTS, 4, stride=2, padding=1)
        self.up = Upsample()

    def forward(self, x: Tensor) -> ChartLogits:
        maps = (self.ann_index_lowres, self.index_uv_lowres, self.u_lowres, self.v_lowres)
        return ChartLogits(*(self.up(lowres(x)) for lowres in maps))


class RoIHeads(nn.Module):
    """Everything that works on boxes; used part by part (`leffa.preprocessing.densepose.predictor`)."""

    def __init__(self) -> None:
        super().__init__()
        self.box_head = BoxHead()
        self.box_predictor = BoxPredictor()
        self.decoder = Decoder()
        self.densepose_head = DensePoseHead()
        self.densepose_predictor = ChartPredictor()


class DensePoseRCNN(nn.Module):
    """The parts under their published names. It has no forward pass: boxes are chosen in between."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = FPN()
        self.proposal_generator = ProposalGenerator()
        self.roi_heads = RoIHeads()

    @property
    def dtype(self) -> torch.dtype:
        return self.backbone.bottom_up.stem.conv1.weight.dtype

    @property
    def device(self) -> torch.device:
        return self.backbone.bottom_up.stem.conv1.weight.device
