"""What the pose of one picture costs: `python -m leffa.bench.pose`.

OpenPose's network beside its convolutions alone (the same layers on the same inputs, one by one), and the
reading of people out of drawn maps, because random weights find nobody. On one thread and in seconds of
its own time: what else the machine does is not counted.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from leffa.bench.timing import peak_resident
from leffa.masks.arms import is_missing
from leffa.preprocessing.pose.limbs import LIMBS
from leffa.preprocessing.pose.openpose import network_input, read_poses
from leffa.preprocessing.pose.openpose_network import (
    HEAT_CHANNELS,
    PAF_CHANNELS,
    STRIDE,
    OpenPoseNetwork,
)
from leffa.synthetic.pairs import sample_person

# The published demo's picture.
SIZE = 384, 512
# In pixels of the network's input, as OpenPose was trained.
_PEAK_SIGMA = 7.0
_LIMB_RADIUS = 8.0


@dataclass(frozen=True)
class PoseCost:
    """Medians in seconds."""

    input_seconds: float
    network_seconds: float
    convolution_seconds: float
    reading_seconds: float
    peak_bytes: int | None
    """Of the whole process, weights and Python included, without the convolutions' own run; None where the
    system does not tell."""


def measure(size: tuple[int, int] = SIZE, repetitions: int = 5) -> PoseCost:
    """The cost of a picture of `size` (width, height) with one person. Leaves PyTorch on one thread."""
    torch.set_num_threads(1)
    person = sample_person(0, size)
    picture = Image.fromarray(np.asarray(person.image))
    fields, heat, scaled = draw_maps(person.maps.keypoints[None], size)
    network = OpenPoseNetwork().eval()
    pixels, _ = network_input(picture)
    values = torch.from_numpy(pixels).permute(2, 0, 1)[None] / 256 - 0.5
    with torch.inference_mode():
        network(values)
        read_poses(fields, heat, scaled, (size[1], size[0]))
        peak = peak_resident()
        calls = _convolutions(network, values)
        network_seconds, convolution_seconds = _take_turns(
            lambda: network(values),
            lambda: [layer(inputs) for layer, inputs in calls],
            repetitions=repetitions,
        )
    input_seconds, reading_seconds = _take_turns(
        lambda: network_input(picture),
        lambda: read_poses(fields, heat, scaled, (size[1], size[0])),
        repetitions=repetitions,
    )
    return PoseCost(input_seconds, network_seconds, convolution_seconds, reading_seconds, peak)


def draw_maps(
    people: NDArray[np.float64], size: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.float32], tuple[int, int]]:
    """What a network that sees `people` `[n, 18, 2]` in a picture of `size` (width, height) would say.

    Returns PAFs `[38, h, w]`, heat `[19, h, w]`, and the size of the network's input without padding.
    """
    pixels, scaled = network_input(Image.new("RGB", size))
    rows, columns = (side // STRIDE for side in pixels.shape[:2])
    # Centres of the grid's cells and joints, in pixels of the network's input.
    cells = np.moveaxis(np.indices((rows, columns))[::-1] + 0.5, 0, -1) * STRIDE - 0.5
    factor = np.array([scaled[1] / size[0], scaled[0] / size[1]])
    fields = np.zeros((PAF_CHANNELS, rows, columns), dtype=np.float32)
    heat = np.zeros((HEAT_CHANNELS, rows, columns), dtype=np.float32)
    for person in people:
        found = [not is_missing(joint) for joint in person]
        joints = (person + 0.5) * factor - 0.5
        for part in np.flatnonzero(found):
            distance = np.linalg.norm(cells - joints[part], axis=-1)
            heat[part] = np.maximum(heat[part], np.exp(-0.5 * (distance / _PEAK_SIGMA) ** 2))
        for limb in LIMBS:
            if found[limb.a] and found[limb.b]:
                vector = joints[limb.b] - joints[limb.a]
                length = max(float(np.linalg.norm(vector)), 1.0)
                along = np.clip((cells - joints[limb.a]) @ vector / length**2, 0, 1)
                distance = np.linalg.norm(cells - joints[limb.a] - along[..., None] * vector, axis=-1)
                near = distance <= _LIMB_RADIUS
                fields[limb.field : limb.field + 2, near] = (vector / length)[:, None]
    heat[-1] = 1 - heat[:-1].max(axis=0)
    return fields, heat, scaled


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m leffa.bench.pose", description=__doc__)
    parser.add_argument("--repetitions", type=int, default=5)
    cost = measure(repetitions=parser.parse_args().repetitions)
    ratio = cost.network_seconds / cost.convolution_seconds
    print(f"picture {SIZE[0]}x{SIZE[1]}, CPU, 1 thread, float32, torch {torch.__version__}")
    print(f"input     {cost.input_seconds:.4f} s")
    print(f"network   {cost.network_seconds:.3f} s, its convolutions alone {cost.convolution_seconds:.3f} s")
    print(f"          {ratio:.3f} times them")
    print(f"read-out  {cost.reading_seconds:.3f} s")
    if cost.peak_bytes is not None:
        print(f"peak memory of the process: {cost.peak_bytes / 1e6:.0f} MB")


def _convolutions(network: OpenPoseNetwork, values: Tensor) -> list[tuple[nn.Module, Tensor]]:
    """Every convolution with what it was given, in their order."""
    calls: list[tuple[nn.Module, Tensor]] = []

    def note(layer: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        calls.append((layer, inputs[0].clone()))

    hooks = [layer.register_forward_pre_hook(note) for layer in network.values()]
    network(values)
    for hook in hooks:
        hook.remove()
    return calls


def _take_turns(*ways: Callable[[], object], repetitions: int) -> list[float]:
    """Median seconds of each, after a warm-up; in turns, because a machine has its moods."""
    seconds: list[list[float]] = [[] for _ in ways]
    for _ in range(repetitions + 1):
        for times, way in zip(seconds, ways, strict=True):
            start = time.process_time()
            way()
            times.append(time.process_time() - start)
    return [median(times[1:]) for times in seconds]


if __name__ == "__main__":
    main()
