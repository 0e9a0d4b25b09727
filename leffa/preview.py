"""Small pictures of latents while they are being denoised, without running the VAE's decoder.

A linear map from latent channels to colours is fitted by least squares on pictures whose latents the
request has at hand anyway (the masked person, the reference): no constants per model, no weights.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor


class LinearPreview:
    """`colours = [latents, 1] @ matrix`, fitted once per request."""

    def __init__(self, latents: Tensor, pixels: Tensor) -> None:
        """latents: `[B, L, h, w]`; pixels: the same pictures, `[B, 3, H, W]` in -1..1."""
        small = F.adaptive_avg_pool2d(pixels.float(), (latents.shape[-2], latents.shape[-1]))
        colours = small.movedim(1, -1).flatten(0, -2).cpu()
        self._matrix = torch.linalg.lstsq(_with_ones(latents), colours).solution

    def __call__(self, latents: Tensor) -> list[Image.Image]:
        """One RGB picture `w x h` (the size of the latents) per sample of `[B, L, h, w]`."""
        colours = (_with_ones(latents) @ self._matrix).clamp(-1, 1)
        levels = ((colours + 1) * 127.5).round().to(torch.uint8)
        batch, _, height, width = latents.shape
        return [Image.fromarray(one) for one in levels.view(batch, height, width, 3).numpy()]


def _with_ones(latents: Tensor) -> Tensor:
    rows = latents.float().movedim(1, -1).flatten(0, -2).cpu()
    return torch.cat([rows, torch.ones(len(rows), 1)], dim=1)
