"""Training of the two UNets by the plain diffusion loss, on latents that were encoded beforehand."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from diffusers import DDPMScheduler
from diffusers.training_utils import EMAModel
from torch import Tensor, nn

from leffa.model import LeffaModel

UNCONDITIONAL_SHARE = 0.1
WARMUP_STEPS = 100
FINAL_SHARE = 0.05


@dataclass(frozen=True)
class Latents:
    """N encoded examples: scaled latents `[N, L, h, w]`, the mask and DensePose as the model reads them."""

    target: Tensor
    masked: Tensor
    reference: Tensor
    mask: Tensor
    densepose: Tensor

    def __len__(self) -> int:
        return len(self.target)

    def rows(self, index: Tensor) -> Latents:
        """The examples at `index` in float32."""
        return Latents(*(getattr(self, name)[index].float() for name in self.__dataclass_fields__))


def train_denoiser(
    model: LeffaModel,
    latents: Latents,
    *,
    steps: int,
    minutes: float | None,
    batch_size: int,
    draws: int,
    learning_rate: float,
    ema_decay: float,
    seed: int,
    report: Callable[[int, float], None],
) -> int:
    """Train `model.unet` and `model.unet_encoder` in place; they end as the moving average of their weights.

    batch_size: examples per step; draws: noises per example, which share its timestep and so one pass of
    the reference UNet. The target (noise or velocity) is the schedule's `prediction_type`. The learning
    rate warms up, then falls along a cosine over `steps`, or over `minutes` if these end first. Returns
    the number of steps done.
    """
    generator = torch.Generator().manual_seed(seed)
    scheduler = model.make_scheduler()
    networks = nn.ModuleList([model.unet_encoder, model.unet]).requires_grad_(True).train()
    average = EMAModel(networks.parameters(), decay=ema_decay, use_ema_warmup=True, power=0.75)
    optimizer = torch.optim.AdamW(networks.parameters(), learning_rate, betas=(0.9, 0.99), weight_decay=1e-2)
    limit = float("inf") if minutes is None else minutes * 60
    begun = time.monotonic()
    done = 0
    while (progress := max(done / steps, (time.monotonic() - begun) / limit)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = learning_rate * min(1.0, (done + 1) / WARMUP_STEPS) * _decay(progress)
        rows = latents.rows(torch.randint(len(latents), (batch_size,), generator=generator))
        loss = _loss(model, scheduler, rows, draws, generator)
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(networks.parameters(), 1.0)
        optimizer.step()
        average.step(networks.parameters())
        report(done, loss.item())
        done += 1
    average.copy_to(networks.parameters())
    networks.requires_grad_(False).eval()
    return done


def _decay(progress: float) -> float:
    return FINAL_SHARE + (1 - FINAL_SHARE) * 0.5 * (1 + math.cos(math.pi * progress))


def _loss(
    model: LeffaModel, scheduler: DDPMScheduler, rows: Latents, draws: int, generator: torch.Generator
) -> Tensor:
    batch = len(rows)
    timesteps = torch.randint(scheduler.config.num_train_timesteps, (batch,), generator=generator)
    dropped = torch.rand(batch, 1, 1, 1, generator=generator) < UNCONDITIONAL_SHARE
    reference = rows.reference.masked_fill(dropped, 0.0)

    many = timesteps.repeat(draws)
    target = rows.target.repeat(draws, 1, 1, 1)
    noise = torch.randn(target.shape, generator=generator)
    noisy = scheduler.add_noise(target, noise, many)
    velocity = scheduler.config.prediction_type == "v_prediction"
    wanted = scheduler.get_velocity(target, noise, many) if velocity else noise
    condition = torch.cat([rows.mask, rows.masked, rows.densepose], dim=1).repeat(draws, 1, 1, 1)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        known = model.project_reference(model.reference_features(reference, timesteps))
        known = [(key.repeat(draws, 1, 1), value.repeat(draws, 1, 1)) for key, value in known]
        predicted = model.predict_noise(torch.cat([noisy, condition], dim=1), many, known)
    return F.mse_loss(predicted.float(), wanted)
