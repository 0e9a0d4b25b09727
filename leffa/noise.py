"""Where the randomness of a picture comes from: its seed, and nothing else.

Three draws start a picture (the VAE posterior of the masked person, that of the reference, the initial
latents) and one more follows every step. The published code takes the first three from the *global*
generator, so that its seed fixes the step noise only. Here:

* a picture's seed makes one generator, which draws the masked person's posterior, the initial
  latents, and then the steps: the same in a batch or alone, on every device;
* the reference's posterior noise is one fixed draw per latent size: a garment has one latent, whoever
  wears it, which is what lets its features be kept from one request to the next.

`published_start` draws as the published code does, for comparing with its recorded runs.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from diffusers.utils.torch_utils import randn_tensor
from torch import Tensor

# A list has one generator per sample; a single one draws for the whole batch at once, as published.
Generators = torch.Generator | list[torch.Generator] | None

_REFERENCE_SEED = 0


def seeded(seeds: Sequence[int]) -> list[torch.Generator]:
    """One CPU generator per sample; seeds are 0..2^63-1."""
    return [torch.Generator("cpu").manual_seed(seed) for seed in seeds]


def normal(
    shape: tuple[int, ...], generators: Generators, device: torch.device, dtype: torch.dtype
) -> Tensor:
    """Standard normal noise `[B, ...]`, drawn in float32 where the generators live, then moved and cast."""
    noise: Tensor = randn_tensor(shape, generator=generators, device=device, dtype=torch.float32)
    return noise.to(dtype)


def reference_noise(shape: tuple[int, ...], device: torch.device, dtype: torch.dtype) -> Tensor:
    """The posterior noise of every reference picture: the same for each sample of `[B, L, h, w]`."""
    generator = torch.Generator("cpu").manual_seed(_REFERENCE_SEED)
    return normal((1, *shape[1:]), generator, device, dtype).expand(shape)


def published_start(global_seed: int, shape: tuple[int, int, int, int]) -> tuple[Tensor, Tensor, Tensor]:
    """Masked-person, reference and initial noise `[B, L, h, w]` as the published code draws them on CPU.

    `global_seed` is what its global generator was seeded with. The third draw follows the memory layout
    of its latents: channels last in a batch of several, which gives other numbers than `torch.randn(shape)`.
    """
    generator = torch.Generator("cpu").manual_seed(global_seed)
    masked = torch.randn(shape, generator=generator)
    reference = torch.randn(shape, generator=generator)
    layout = torch.channels_last if shape[0] > 1 else torch.contiguous_format
    initial = torch.randn_like(torch.empty(shape, memory_format=layout), generator=generator)
    return masked, reference, initial.contiguous()
