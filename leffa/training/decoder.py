"""Training of the mini model's VAE decoder: pictures back from the latents of the computed encoder."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL
from numpy.typing import NDArray
from torch import Tensor

CROP = 64
BATCH = 8
EDGE_WEIGHT = 0.5
WARMUP_STEPS = 50
# The UNets' latents are not exactly those of a picture: the decoder learns to overlook this much noise.
LATENT_NOISE = 0.05


def to_pixels(pictures: NDArray[np.uint8]) -> Tensor:
    """`[B, 3, H, W]` in -1..1 from uint8 `[B, H, W, 3]`."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float().div_(127.5).sub_(1.0)


def train_decoder(
    vae: AutoencoderKL,
    pictures: NDArray[np.uint8],
    *,
    steps: int,
    learning_rate: float,
    seed: int,
    report: Callable[[int, float], None],
) -> None:
    """Train the decoder of `vae` in place on random crops of `pictures` `[N, H, W, 3]`; the encoder stays.

    The loss is L1 on colours and on their gradients: edges are what a flat illustration is made of.
    `report` gets (step, loss) after each step.
    """
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    trained = [*vae.decoder.parameters(), *vae.post_quant_conv.parameters()]
    optimizer = torch.optim.AdamW(trained, lr=learning_rate, betas=(0.9, 0.99), weight_decay=1e-4)
    rates = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, learning_rate, total_steps=steps, pct_start=min(0.3, WARMUP_STEPS / steps)
    )
    for step in range(steps):
        crops = to_pixels(_random_crops(pictures, rng))
        with torch.no_grad():
            latents = vae.encode(crops).latent_dist.mean
        with torch.autocast("cpu", dtype=torch.bfloat16):
            decoded = vae.decode(latents + LATENT_NOISE * torch.randn_like(latents)).sample
        loss = _distance(decoded.float(), crops)
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        rates.step()
        report(step, loss.item())
    vae.eval().requires_grad_(False)


def _distance(decoded: Tensor, truth: Tensor) -> Tensor:
    colours = F.l1_loss(decoded, truth)
    across = F.l1_loss(decoded.diff(dim=-1), truth.diff(dim=-1))
    down = F.l1_loss(decoded.diff(dim=-2), truth.diff(dim=-2))
    return colours + EDGE_WEIGHT * (across + down)


def _random_crops(pictures: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    count, height, width, _ = pictures.shape
    crops = np.empty((BATCH, CROP, CROP, 3), np.uint8)
    for crop in crops:
        y, x = rng.integers(height - CROP + 1), rng.integers(width - CROP + 1)
        crop[:] = pictures[rng.integers(count), y : y + CROP, x : x + CROP]
        if rng.random() < 0.5:
            crop[:] = crop[:, ::-1].copy()
    return crops
