"""The whole way from a photo to the charts of the people in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from leffa.checkpoint import check_keys, load_into, open_checkpoint
from leffa.errors import OptionInvalid
from leffa.preprocessing.densepose.boxes import clip, has_area, roi_align
from leffa.preprocessing.densepose.charts import PersonChart, read_chart
from leffa.preprocessing.densepose.detection import classify, propose, select
from leffa.preprocessing.densepose.network import FPN_STRIDES, ChartLogits, DensePoseRCNN
from leffa.preprocessing.densepose.weights import check_published, convert_state, network_shapes

ChannelOrder = Literal["rgb", "bgr"]
_SHORTEST_EDGE = 800
_LONGEST_EDGE = 1333
# Subtracted from the channels in the order in which the network gets them; made for blue, green, red.
_PIXEL_MEAN = (103.530, 116.280, 123.675)
_MULTIPLE = 32
_CHART_SCALE = 1 / FPN_STRIDES[0]
_CHART_BINS = 28


@dataclass(frozen=True)
class Detections:
    """The people in a photo, most certain first.

    boxes, resized_boxes: float32 `[n, 4]`, x1, y1, x2, y2 in pixels of the photo and of the resized picture;
    scores: float32 `[n]`; features: `[1, 256, h, w]` of the resized picture at a quarter of its size.
    """

    boxes: Tensor
    resized_boxes: Tensor
    scores: Tensor
    features: Tensor

    def __len__(self) -> int:
        return len(self.boxes)


class DensePose(nn.Module):
    """DensePose R-CNN R50-FPN s1x: finds people and says which part of the body each pixel shows.

    Never trains. Box arithmetic is float32 whatever the precision of the network. On a GPU, PyTorch may
    run convolutions in TF32 (about 1e-3 relative noise); switching that off is the caller's matter.
    """

    def __init__(self, network: DensePoseRCNN) -> None:
        super().__init__()
        # Convolutions of this size are faster, on CPU and GPU, with the channels of a pixel side by side.
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.eval().requires_grad_(False)

    @classmethod
    def from_checkpoint(
        cls, path: Path, *, dtype: torch.dtype = torch.float32, device: torch.device | str = "cpu"
    ) -> DensePose:
        """Load the published `model_final_162be9.pkl`, or what `convert_state` made of it (`.safetensors`).

        Raises `WeightsMissing`, `WeightsUnsafe`, `WeightsUnreadable`, `WeightsMismatch`.
        """
        checkpoint = open_checkpoint(path)
        read = checkpoint.read
        if path.suffix == ".safetensors":
            check_keys(checkpoint, network_shapes(), unused=())
        else:
            check_published(checkpoint)
            read = dict(convert_state(checkpoint.read)).__getitem__
        with torch.device("meta"):
            network = DensePoseRCNN()
        load_into(network, read, dtype, device)
        return cls(network)

    @torch.no_grad()
    def detect(
        self, picture: Image.Image, *, channel_order: ChannelOrder = "bgr", threshold: float = 0.5
    ) -> Detections:
        """Find the people in an RGB `picture` whose score is above `threshold` (0..1), 100 at most.

        channel_order: how the network is fed. It was trained on "bgr"; the published demo feeds "rgb" by
        mistake. Raises `OptionInvalid`.
        """
        if channel_order not in ("rgb", "bgr"):
            raise OptionInvalid(f"channel_order must be rgb or bgr, got {channel_order}")
        if not 0 <= threshold <= 1:
            raise OptionInvalid(f"threshold must be within 0 and 1, got {threshold}")
        resized = resize(picture.convert("RGB"))
        pixels = torch.from_numpy(np.array(resized)).permute(2, 0, 1)
        boxes, scores, features = self.find(pixels.flip(0) if channel_order == "bgr" else pixels, threshold)
        factors = (picture.width / resized.width, picture.height / resized.height)
        in_photo = clip(boxes * boxes.new_tensor(factors * 2), (picture.height, picture.width))
        seen = has_area(in_photo)
        return Detections(in_photo[seen], boxes[seen], scores[seen], features)

    @torch.no_grad()
    def find(self, pixels: Tensor, threshold: float) -> tuple[Tensor, Tensor, Tensor]:
        """Boxes, scores and decoder features of `pixels`, uint8 `[3, h, w]`, which are not resized."""
        h, w = pixels.shape[1:]
        pyramid = self.network.backbone(self.prepare(pixels))
        proposals, _ = propose(self.network, pyramid, (h, w))
        logits, candidates = classify(self.network, pyramid, proposals)
        boxes, scores, _ = select(candidates, logits, (h, w), threshold)
        return boxes, scores, self.network.roi_heads.decoder(pyramid[:4])

    def prepare(self, pixels: Tensor) -> Tensor:
        """Network input `[1, 3, h, w]`: minus the mean, zeros right and below up to multiples of 32."""
        h, w = pixels.shape[1:]
        mean = torch.tensor(_PIXEL_MEAN, device=self.network.device)[:, None, None]
        image = pixels.to(self.network.device).float() - mean
        image = F.pad(image, (0, -w % _MULTIPLE, 0, -h % _MULTIPLE))
        return image[None].to(self.network.dtype, memory_format=torch.channels_last)

    @torch.no_grad()
    def read(self, detections: Detections, indices: Iterable[int]) -> list[PersonChart]:
        """The charts of the chosen people; of the others nothing is computed. Raises `OptionInvalid`."""
        charts = []
        for index in indices:
            if not 0 <= index < len(detections):
                raise OptionInvalid(f"there is no person {index}, {len(detections)} were found")
            box = detections.resized_boxes[index : index + 1]
            charts.append(read_chart(self.map_charts(detections.features, box), detections.boxes[index]))
        return charts

    def map_charts(self, features: Tensor, boxes: Tensor) -> ChartLogits:
        """What the network says about the pixels of `boxes` `[n, 4]` of the resized picture."""
        heads = self.network.roi_heads
        pooled = roi_align([features], [_CHART_SCALE], boxes, _CHART_BINS)
        logits: ChartLogits = heads.densepose_predictor(heads.densepose_head(pooled))
        return logits


def resize(picture: Image.Image) -> Image.Image:
    """`picture` with its shorter side at 800 pixels, or its longer one at 1333 if it would exceed that."""
    shortest = min(picture.size)
    sides = [
        _SHORTEST_EDGE if side == shortest else _SHORTEST_EDGE / shortest * side for side in picture.size
    ]
    if max(sides) > _LONGEST_EDGE:
        factor = _LONGEST_EDGE / max(sides)
        sides = [side * factor for side in sides]
    w, h = (max(1, int(side + 0.5)) for side in sides)
    return picture.resize((w, h), Image.Resampling.BILINEAR)
