"""Training of the two UNets on latents that were encoded beforehand.

The loss is that of diffusion, and where the true correspondence is known, that of attention which misses it.
"""

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
from leffa.training.correspondence import correspondence_loss, recorded_attention
from leffa.training.parallel import average_, rank

UNCONDITIONAL_SHARE = 0.1
# Of the correspondence loss, beside the diffusion loss. Nothing is copied well before attention is sharp,
# and once it is, this loss has little left to say.
CORRESPONDENCE_WEIGHT = 0.15
WARMUP_STEPS = 100
FINAL_SHARE = 0.05
KEEP_MINUTES = 10


@dataclass(frozen=True)
class Latents:
    """N encoded examples: scaled latents `[N, L, h, w]`, the mask and DensePose as the model reads them.

    flow: `[N, h, w, 2]`, where on the reference each token's content lies (see `correspondence_loss`).
    """

    target: Tensor
    masked: Tensor
    reference: Tensor
    mask: Tensor
    densepose: Tensor
    flow: Tensor

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
    learning_rate: float,
    ema_decay: float,
    seed: int,
    report: Callable[[int, float], None],
    keep: Callable[[int], None],
    correspondence_weight: float = CORRESPONDENCE_WEIGHT,
    dtype: torch.dtype = torch.float32,
) -> int:
    """Train `model.unet` and `model.unet_encoder` in place; they end as the moving average of their weights.

    batch_size: examples per step and process; joined processes (`leffa.training.parallel`) draw different
    ones and share their gradients. dtype: of the forward pass; bfloat16 where the processor knows it. What
    is predicted (noise or velocity) is the schedule's `prediction_type`. The learning rate warms up, then
    falls along a cosine over `steps`, or over `minutes` if these end first. `keep` is called every
    `KEEP_MINUTES` with the steps done, while the networks hold the average. Returns the steps done.
    """
    generator = torch.Generator().manual_seed(seed + rank())
    scheduler = model.make_scheduler()
    networks = nn.ModuleList([model.unet_encoder, model.unet]).requires_grad_(True).train()
    networks.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # faster on a CPU
    parameters = list(networks.parameters())
    average = EMAModel(parameters, decay=ema_decay, use_ema_warmup=True, power=0.75)
    optimizer = torch.optim.AdamW(parameters, learning_rate, betas=(0.9, 0.99), weight_decay=1e-2)
    limit = float("inf") if minutes is None else minutes * 60
    begun = kept = time.monotonic()
    done = 0
    progress = 0.0
    while progress < 1:
        for group in optimizer.param_groups:
            group["lr"] = learning_rate * min(1.0, (done + 1) / WARMUP_STEPS) * _decay(progress)
        rows = latents.rows(torch.randint(len(latents), (batch_size,), generator=generator))
        loss = _loss(model, scheduler, rows, generator, correspondence_weight, dtype)
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        # The clock travels with the gradients, so that all processes end at the same step.
        clock = torch.tensor((time.monotonic() - begun) / limit)
        average_([clock, *(parameter.grad for parameter in parameters if parameter.grad is not None)])
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        average.step(parameters)
        report(done, loss.item())
        done += 1
        progress = max(done / steps, clock.item())
        if time.monotonic() - kept > KEEP_MINUTES * 60:
            kept = time.monotonic()
            average.store(parameters)
            average.copy_to(parameters)
            keep(done)
            average.restore(parameters)
    average.copy_to(parameters)
    networks.requires_grad_(False).eval()
    return done


def _decay(progress: float) -> float:
    return FINAL_SHARE + (1 - FINAL_SHARE) * 0.5 * (1 + math.cos(math.pi * progress))


def _loss(
    model: LeffaModel,
    scheduler: DDPMScheduler,
    rows: Latents,
    generator: torch.Generator,
    correspondence_weight: float,
    dtype: torch.dtype,
) -> Tensor:
    batch = len(rows)
    timesteps = torch.randint(scheduler.config.num_train_timesteps, (batch,), generator=generator)
    dropped = torch.rand(batch, 1, 1, 1, generator=generator) < UNCONDITIONAL_SHARE
    reference = rows.reference.masked_fill(dropped, 0.0)
    flow = rows.flow.masked_fill(dropped, torch.nan)

    noise = torch.randn(rows.target.shape, generator=generator)
    noisy = scheduler.add_noise(rows.target, noise, timesteps)
    velocity = scheduler.config.prediction_type == "v_prediction"
    wanted = scheduler.get_velocity(rows.target, noise, timesteps) if velocity else noise
    sample = torch.cat([noisy, rows.mask, rows.masked, rows.densepose], dim=1)
    with (
        torch.autocast("cpu", dtype=dtype, enabled=dtype != torch.float32),
        recorded_attention(model.unet) as recorded,
    ):
        known = model.project_reference(model.reference_features(reference, timesteps))
        predicted = model.predict_noise(sample, timesteps, known)
    missed = correspondence_loss(recorded, known, flow, generator)
    return F.mse_loss(predicted.float(), wanted) + correspondence_weight * missed
