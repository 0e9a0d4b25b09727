"""What DensePose costs beside its convolutions: `python -m leffa.bench.densepose`.

The whole way at the network's own size, with random weights, against the same convolutions, transposed
convolutions and fully connected layers alone, each on an input of the shape that it had; one process, one
thread, taking turns. Both are processor time of this thread, which a busy machine does not lengthen by much.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from leffa.preprocessing.densepose.network import DensePoseRCNN
from leffa.preprocessing.densepose.predictor import DensePose

SIZE = (800, 1067)  # a photo of 768x1024, as the network sees it
_LAYERS = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)


@dataclass(frozen=True)
class Call:
    """One layer at work: the shape of its input."""

    layer: nn.Module
    shape: torch.Size


@dataclass(frozen=True)
class Report:
    """Medians in seconds, for one picture with `people` found and one of them read; peak of this process."""

    size: tuple[int, int]
    people: int
    whole_seconds: float
    layers_seconds: float
    peak_bytes: int | None

    @property
    def ratio(self) -> float:
        return self.whole_seconds / self.layers_seconds

    def render(self) -> str:
        width, height = self.size
        peak = "not measured" if self.peak_bytes is None else f"{self.peak_bytes / 1e9:.2f} GB"
        return "\n".join(
            [
                f"DensePose at {width}x{height}, float32, one thread, torch {torch.__version__}",
                f"{self.people} people found among 1000 proposals, one of them read",
                f"whole way               {self.whole_seconds:7.2f} s",
                f"its layers alone        {self.layers_seconds:7.2f} s",
                f"ratio                   {self.ratio:7.2f}",
                f"peak memory             {peak}",
            ]
        )


def measure(size: tuple[int, int] = SIZE, repetitions: int = 3) -> Report:
    """Measure a picture of `size` (width, height), which is resized unless it has the network's own size."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return _measure(size, repetitions)
    finally:
        torch.set_num_threads(threads)


def random_densepose() -> DensePose:
    """Random weights, but anchors are where people are, and all of them equally likely."""
    torch.manual_seed(0)
    network = DensePoseRCNN()
    for layer in (network.proposal_generator.rpn_head.anchor_deltas, network.roi_heads.box_predictor):
        for parameter in layer.parameters():
            nn.init.zeros_(parameter)
    return DensePose(network)


def _measure(size: tuple[int, int], repetitions: int) -> Report:
    densepose = random_densepose()
    width, height = size
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8))

    def whole() -> int:
        # With a threshold of 0 there always is somebody to read.
        detections = densepose.detect(picture, threshold=0.0)
        densepose.read(detections, [0])
        return len(detections)

    calls: list[Call] = []
    people = _recorded(densepose, whole, calls)
    # Imported only now: it brings the pipeline along, whose memory is not DensePose's.
    from leffa.bench.timing import peak_resident

    peak = peak_resident()
    whole_seconds, layers_seconds = [], []
    for _ in range(repetitions):
        whole_seconds.append(_seconds(whole))
        layers_seconds.append(sum(_alone(call) for call in calls))
    return Report(size, people, median(whole_seconds), median(layers_seconds), peak)


def _recorded(module: nn.Module, work: Callable[[], int], calls: list[Call]) -> int:
    def note(layer: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        calls.append(Call(layer, inputs[0].shape))

    hooks = [
        layer.register_forward_pre_hook(note) for layer in module.modules() if isinstance(layer, _LAYERS)
    ]
    try:
        return work()
    finally:
        for hook in hooks:
            hook.remove()


def _alone(call: Call) -> float:
    """The faster of two runs, so that nobody is charged for the first touch of the memory."""
    x = torch.rand(call.shape)
    if x.ndim == 4:
        x = x.to(memory_format=torch.channels_last)
    # The layer's own work, without the ReLU that `ConvReLU` adds.
    forward = _plain(call.layer)
    with torch.no_grad():
        return min(_seconds(lambda: forward(x)) for _ in range(2))


def _plain(layer: nn.Module) -> Callable[[Tensor], Tensor]:
    if isinstance(layer, nn.Conv2d):
        return lambda x: nn.Conv2d.forward(layer, x)
    return layer


def _seconds(work: Callable[[], object]) -> float:
    start = time.thread_time()
    work()
    return time.thread_time() - start


if __name__ == "__main__":
    print(measure().render())
