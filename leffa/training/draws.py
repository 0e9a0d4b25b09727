"""The randomness of a training: every draw is a function of (seed, step, place in the batch) alone.

No generator is carried along. So a training that goes on after a crash draws what it would have drawn, and so
do two processes, or four accumulated passes, that share a batch: a sample draws the same wherever it is
computed, and whatever else is in its batch. Noise is drawn on the CPU, so the device changes nothing either.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

# Numbers of target tokens that the direct teaching asks for, of each sample.
ASKED = 96
_ORDER, _SAMPLE, _HELD_OUT = range(3)


@dataclass(frozen=True)
class Draw:
    """Of one sample: timestep 0..steps - 1, whether the reference is dropped, noise `[L, h, w]`, and `ASKED`
    numbers in 0..1 that choose tokens."""

    timestep: int
    dropped: bool
    noise: Tensor
    asked: Tensor


def draw_sample(
    seed: int, step: int, place: int, shape: tuple[int, int, int], *, timesteps: int, unconditional: float
) -> Draw:
    """Of the sample at `place` in the batch of `step`. unconditional: the chance of losing its reference."""
    return _draw(_key(seed, _SAMPLE, step, place), shape, timesteps, unconditional)


def draw_held_out(seed: int, number: int, shape: tuple[int, int, int], *, timesteps: int) -> Draw:
    """Of a held-out example: always the same, and never without its reference."""
    return _draw(_key(seed, _HELD_OUT, 0, number), shape, timesteps, 0.0)


def chosen(seed: int, step: int, batch_size: int, examples: int) -> NDArray[np.int64]:
    """Which of so many examples make the batch of `step`, `[batch_size]`.

    Every example comes once before any comes again, in an order of its own each time round.
    """
    numbers = np.arange(step * batch_size, (step + 1) * batch_size)
    rounds = np.unique(numbers // examples)
    orders = {
        int(one): np.random.default_rng([seed, _ORDER, int(one)]).permutation(examples) for one in rounds
    }
    return np.array([orders[number // examples][number % examples] for number in numbers.tolist()])


def _key(*numbers: int) -> int:
    digest = blake2b(struct.pack(f"<{len(numbers)}Q", *numbers), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def _draw(key: int, shape: tuple[int, int, int], timesteps: int, unconditional: float) -> Draw:
    generator = torch.Generator("cpu").manual_seed(key)
    timestep = int(torch.randint(timesteps, (), generator=generator))
    dropped = float(torch.rand((), generator=generator)) < unconditional
    noise = torch.randn(shape, generator=generator)
    return Draw(timestep, dropped, noise, torch.rand(ASKED, generator=generator))
