"""What a parsing network costs beside its convolutions alone: `python -m leffa.bench.parsing [SIZE]`.

In one process and one thread, with random weights: time does not depend on what they know.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import torch
from torch import Tensor, nn

from leffa.preprocessing.parsing.network import SchpNetwork, build_network

REPETITIONS = 3


@dataclass(frozen=True)
class ParsingCost:
    """Medians in seconds of processor time, at one picture of `size` x `size`."""

    size: int
    network_seconds: float
    convolution_seconds: float
    """All convolutions of the same pass, on inputs of the same shapes that are already there."""
    ratio: float
    weight_bytes: int
    peak_bytes: int
    """Resident, of the whole process with Python and PyTorch, after the first passes of the network."""

    def __str__(self) -> str:
        return (
            f"{self.size}x{self.size}, float32, 1 thread: network {self.network_seconds:.2f} s, "
            f"its convolutions alone {self.convolution_seconds:.2f} s, ratio {self.ratio:.3f}; "
            f"weights {self.weight_bytes / 1e6:.0f} MB, peak memory {self.peak_bytes / 1e6:.0f} MB"
        )


@torch.inference_mode()
def measure(size: int = 512, repetitions: int = REPETITIONS) -> ParsingCost:
    """Both in turns, as a machine has its moods; `ratio` is the median of each turn's own."""
    network = _random_network()
    picture = torch.randn(1, 3, size, size)
    calls = _conv_calls(network, picture)
    network(picture)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    whole, alone = [], []
    for _ in range(repetitions):
        whole.append(_seconds(network, picture))
        alone.append(_convs_alone(calls))
    return ParsingCost(
        size,
        median(whole),
        median(alone),
        median(a / b for a, b in zip(whole, alone, strict=True)),
        sum(parameter.nbytes for parameter in network.parameters()),
        peak,
    )


def _random_network() -> SchpNetwork:
    network = build_network("atr").to_empty(device="cpu").requires_grad_(False)
    for parameter in network.parameters():
        parameter.normal_(std=parameter[0].numel() ** -0.5)
    return network.channels_last()


def _conv_calls(network: SchpNetwork, picture: Tensor) -> list[tuple[nn.Conv2d, torch.Size]]:
    """Each convolution that runs, in order, with the shape of its input."""
    calls: list[tuple[nn.Conv2d, torch.Size]] = []

    def record(conv: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        assert isinstance(conv, nn.Conv2d)
        calls.append((conv, inputs[0].shape))

    convs = [module for module in network.modules() if isinstance(module, nn.Conv2d)]
    handles = [conv.register_forward_pre_hook(record) for conv in convs]
    network(picture)
    for handle in handles:
        handle.remove()
    return calls


def _convs_alone(calls: Sequence[tuple[nn.Conv2d, torch.Size]]) -> float:
    seconds = 0.0
    for conv, shape in calls:
        x = torch.randn(shape).to(memory_format=torch.channels_last)
        seconds += _seconds(conv, x)
    return seconds


def _seconds(module: nn.Module, x: Tensor) -> float:
    """Of the processor, not of the wall: with one thread the same, but for what else the machine does."""
    start = time.process_time()
    module(x)
    return time.process_time() - start


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(measure(*map(int, sys.argv[1:2])))
