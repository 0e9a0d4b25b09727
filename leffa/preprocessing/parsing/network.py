"""SCHP, the human parsing network (CE2P on a ResNet-101), with the normalisations folded into convolutions.

Names are those of the published files, so a convolution finds its weights under its own name. Shapes in
comments are for a 512x512 picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

ParserKind = Literal["atr", "lip"]


@dataclass(frozen=True)
class KindSpec:
    """One of the two published networks: the side of its square input in pixels, and its label count."""

    size: int
    num_classes: int


KINDS: dict[ParserKind, KindSpec] = {"atr": KindSpec(512, 18), "lip": KindSpec(473, 20)}

_EXPANSION = 4
_POOLED_SIZES = (1, 2, 3, 6)
_SLOPE = 0.01


class Logits(NamedTuple):
    """All three outputs, at a quarter of the input's sides."""

    parsing: Tensor  # [n, classes, h/4, w/4], before the edge features
    fusion: Tensor  # [n, classes, h/4, w/4], the ones that are used
    edge: Tensor  # [n, 2, h/4, w/4]


class SchpNetwork(nn.Module):
    """Picture to label logits (Self-Correction for Human Parsing, arXiv 1910.09777; `AugmentCE2P`)."""

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 3, stride=2, padding=1)
        self.conv2 = nn.Conv2d(64, 64, 3, padding=1)
        self.conv3 = nn.Conv2d(64, 128, 3, padding=1)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = _layer(128, 64, blocks=3)
        self.layer2 = _layer(256, 128, blocks=4, stride=2)
        self.layer3 = _layer(512, 256, blocks=23, stride=2)
        self.layer4 = _layer(1024, 512, blocks=3, dilation=2)
        self.context_encoding = ContextEncoding()
        self.decoder = Decoder(num_classes)
        self.edge = Edge()
        self.fushion = nn.Sequential(  # the published spelling
            nn.Conv2d(1024, 256, 1),
            nn.LeakyReLU(_SLOPE, inplace=True),
            nn.Identity(),  # dropout, when it was trained
            nn.Conv2d(256, num_classes, 1),
        )

    def forward(self, picture: Tensor) -> Tensor:
        """Fusion logits `[n, classes, h/4, w/4]` of a normalised picture `[n, 3, h, w]` (sides rounded up).

        The picture may be of any device and type; the logits are of the network's own.
        """
        return self._run(picture, every_head=False).fusion

    def all_logits(self, picture: Tensor) -> Logits:
        """`forward`, and the two outputs that only training looks at."""
        fusion, parsing, edge = self._run(picture, every_head=True)
        assert parsing is not None
        assert edge is not None
        return Logits(parsing, fusion, edge)

    def channels_last(self) -> SchpNetwork:
        """Lay weights, and so all features, out as `[h, w, c]`: faster for pooling, resizing and on GPUs."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                module.weight.data = module.weight.contiguous(memory_format=torch.channels_last)
        return self

    def _run(self, picture: Tensor, *, every_head: bool) -> _Heads:
        x = picture.to(self.conv1.weight)
        for conv in (self.conv1, self.conv2, self.conv3):
            x = F.relu_(conv(x))
        x2 = self.layer1(self.maxpool(x))  # [n, 256, 128, 128]
        x3 = self.layer2(x2)  # [n, 512, 64, 64]
        x4 = self.layer3(x3)  # [n, 1024, 32, 32]
        context = self.context_encoding(self.layer4(x4))  # [n, 512, 32, 32]
        parsing_feature = self.decoder(context, x2)  # [n, 256, 128, 128]
        parsing = self.decoder.conv4(parsing_feature) if every_head else None
        edge_features, edge = self.edge((x2, x3, x4), with_logits=every_head)
        fusion = self.fushion(torch.cat([parsing_feature, *edge_features], 1))
        return _Heads(fusion, parsing, edge)


class Bottleneck(nn.Module):
    """ResNet's residual block of 1x1, 3x3 (with the stride) and 1x1 convolutions."""

    def __init__(self, channels: int, planes: int, stride: int, dilation: int, *, project: bool) -> None:
        super().__init__()
        out_channels = planes * _EXPANSION
        self.conv1 = nn.Conv2d(channels, planes, 1)
        self.conv2 = nn.Conv2d(planes, planes, 3, stride, padding=dilation, dilation=dilation)
        self.conv3 = nn.Conv2d(planes, out_channels, 1)
        self.downsample = nn.Sequential(nn.Conv2d(channels, out_channels, 1, stride)) if project else None

    def forward(self, x: Tensor) -> Tensor:
        out = F.relu_(self.conv1(x))
        out = F.relu_(self.conv2(out))
        out = self.conv3(out)
        out += x if self.downsample is None else self.downsample(x)
        return F.relu_(out)


class ContextEncoding(nn.Module):
    """Pyramid pooling (PSP): means of 1, 2x2, 3x3 and 6x6 cells beside the features themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.stages = nn.ModuleList(
            nn.Sequential(
                nn.AdaptiveAvgPool2d(size), nn.Conv2d(2048, 512, 1), nn.LeakyReLU(_SLOPE, inplace=True)
            )
            for size in _POOLED_SIZES
        )
        self.bottleneck = _conv_lrelu(2048 + 512 * len(_POOLED_SIZES), 512, 3)

    def forward(self, x5: Tensor) -> Tensor:
        priors = [_resize_to(stage(x5), x5) for stage in self.stages]
        context: Tensor = self.bottleneck(torch.cat([*priors, x5], 1))
        return context


class Decoder(nn.Module):
    """The context laid over the finest features of the backbone."""

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.conv1 = _conv_lrelu(512, 256)
        self.conv2 = _conv_lrelu(256, 48)
        self.conv3 = nn.Sequential(*_conv_lrelu(304, 256), *_conv_lrelu(256, 256))
        self.conv4 = nn.Conv2d(256, num_classes, 1)

    def forward(self, context: Tensor, x2: Tensor) -> Tensor:
        """The parsing feature `[n, 256, h/4, w/4]`; `conv4` makes the parsing logits of it."""
        context = _resize_to(self.conv1(context), x2)
        feature: Tensor = self.conv3(torch.cat([context, self.conv2(x2)], 1))
        return feature


class Edge(nn.Module):
    """Features of the borders between parts, from three depths of the backbone."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = _conv_lrelu(256, 256)
        self.conv2 = _conv_lrelu(512, 256)
        self.conv3 = _conv_lrelu(1024, 256)
        self.conv4 = nn.Conv2d(256, 2, 3, padding=1)  # shared by the three depths
        self.conv5 = nn.Conv2d(6, 2, 1)

    def forward(self, maps: Sequence[Tensor], *, with_logits: bool) -> tuple[list[Tensor], Tensor | None]:
        """The edge features, three of `[n, 256, h/4, w/4]`, and the edge logits if asked for."""
        features, logits = [], []
        for conv, x in zip((self.conv1, self.conv2, self.conv3), maps, strict=True):
            feature = conv(x)
            features.append(_resize_to(feature, maps[0]))
            if with_logits:
                logits.append(_resize_to(self.conv4(feature), maps[0]))
        return features, self.conv5(torch.cat(logits, 1)) if with_logits else None


def build_network(kind: ParserKind) -> SchpNetwork:
    """The network of this kind on the meta device, without weights."""
    with torch.device("meta"):
        return SchpNetwork(KINDS[kind].num_classes).eval()


def conv_order(network: SchpNetwork) -> list[str]:
    """Names of the convolutions as they run: the order of the Conv nodes in an exported graph (125).

    `edge.conv4` comes three times. `network` is on the meta device.
    """
    order: list[str] = []
    convs = [(name, module) for name, module in network.named_modules() if isinstance(module, nn.Conv2d)]
    handles = [
        conv.register_forward_pre_hook(lambda _module, _input, name=name: order.append(name))
        for name, conv in convs
    ]
    network.all_logits(torch.empty(1, 3, 64, 64, device="meta"))
    for handle in handles:
        handle.remove()
    return order


class _Heads(NamedTuple):
    fusion: Tensor
    parsing: Tensor | None
    edge: Tensor | None


def _layer(channels: int, planes: int, *, blocks: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    first = Bottleneck(channels, planes, stride, dilation, project=True)
    others: Iterable[Bottleneck] = (
        Bottleneck(planes * _EXPANSION, planes, 1, dilation, project=False) for _ in range(blocks - 1)
    )
    return nn.Sequential(first, *others)


def _conv_lrelu(channels: int, out_channels: int, kernel: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, out_channels, kernel, padding=kernel // 2), nn.LeakyReLU(_SLOPE, inplace=True)
    )


def _resize_to(x: Tensor, like: Tensor) -> Tensor:
    if x.shape[2:] == like.shape[2:]:
        return x
    return F.interpolate(x, size=like.shape[2:], mode="bilinear", align_corners=True)
