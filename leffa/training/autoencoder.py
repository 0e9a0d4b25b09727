"""Training of the mini model's VAE: reconstruct pictures through 8 times smaller latents."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL
from numpy.typing import NDArray
from torch import Tensor

# (share of the steps, crop side, crops per step): many cheap steps first, then wider crops, because the
# statistics of group normalisation depend on how much of a picture is seen at once.
STAGES = ((0.75, 64, 8), (0.25, 128, 4))
KL_WEIGHT = 1e-6
EDGE_WEIGHT = 0.5


def to_pixels(pictures: NDArray[np.uint8]) -> Tensor:
    """`[B, 3, H, W]` in -1..1 from uint8 `[B, H, W, 3]`."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float().div_(127.5).sub_(1.0)


def train_autoencoder(
    vae: AutoencoderKL,
    pictures: NDArray[np.uint8],
    *,
    steps: int,
    learning_rate: float,
    seed: int,
    report: Callable[[int, float], None],
) -> None:
    """Train `vae` in place on random crops of `pictures` `[N, H, W, 3]`, then set its scaling factor.

    The loss is L1 on colours and on their gradients (edges are what a flat illustration is made of), and a
    little KL. `report` gets (step, loss) after each step.
    """
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    vae.train().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(vae.parameters(), lr=learning_rate, betas=(0.9, 0.99), weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, learning_rate, total_steps=steps, pct_start=0.05, final_div_factor=100
    )
    stages = [(side, count) for share, side, count in STAGES for _ in range(round(share * steps))]
    for step, (side, count) in enumerate(stages[:steps]):
        crops = to_pixels(_random_crops(pictures, side, count, rng)).to(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            posterior = vae.encode(crops).latent_dist
            decoded = vae.decode(posterior.sample()).sample
        loss = _distance(decoded.float(), crops) + KL_WEIGHT * posterior.kl().float().mean()
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        report(step, loss.item())
    vae.eval().requires_grad_(False)
    with torch.no_grad():
        chosen = rng.choice(len(pictures), size=min(64, len(pictures)), replace=False)
        means = [vae.encode(to_pixels(pictures[i : i + 1])).latent_dist.mean for i in chosen]
    vae.register_to_config(scaling_factor=round(1.0 / torch.cat(means).std().item(), 5))


def _distance(decoded: Tensor, truth: Tensor) -> Tensor:
    colours = F.l1_loss(decoded, truth)
    across = F.l1_loss(decoded.diff(dim=-1), truth.diff(dim=-1))
    down = F.l1_loss(decoded.diff(dim=-2), truth.diff(dim=-2))
    return colours + EDGE_WEIGHT * (across + down)


def _random_crops(
    pictures: NDArray[np.uint8], side: int, count: int, rng: np.random.Generator
) -> NDArray[np.uint8]:
    _, height, width, _ = pictures.shape
    crops = np.empty((count, side, side, 3), np.uint8)
    for crop in crops:
        y, x = rng.integers(height - side + 1), rng.integers(width - side + 1)
        crop[:] = pictures[rng.integers(len(pictures)), y : y + side, x : x + side]
        if rng.random() < 0.5:
            crop[:] = crop[:, ::-1].copy()
    return crops
