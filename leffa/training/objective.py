"""What is minimised: the diffusion loss, the Leffa loss beside it, and the direct teaching of attention.

One module holds both UNets and goes from a batch to its losses in one call, as the wrappers for several
processes want it. Every loss is a mean over samples, so that passes and processes may share a batch.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import NamedTuple

import torch
import torch.nn.functional as F
from diffusers import DDPMScheduler
from torch import Tensor, nn

from leffa.loss import Recording, leffa_loss, recorded_attention
from leffa.model import LeffaModel
from leffa.training import correspondence
from leffa.training.config import Leffa


class Batch(NamedTuple):
    """B samples. Latents `[B, L, h, w]` are scaled; mask `[B, 1, h, w]`; control `[B, 3, h, w]` in -1..1.

    For the Leffa loss: pictures, uint8 `[B, H, W, 3]`, and `region` `[B, H, W]`, all empty (`[B, 0]`) in a
    stage without it. flow: `[B, H / 4, W / 4, 2]`, empty without the direct teaching. The rest are draws.
    """

    target: Tensor
    masked: Tensor
    reference: Tensor
    mask: Tensor
    control: Tensor
    target_picture: Tensor
    reference_picture: Tensor
    region: Tensor
    flow: Tensor
    timesteps: Tensor
    dropped: Tensor
    noise: Tensor
    asked: Tensor

    def to(self, device: torch.device) -> Batch:
        return Batch(*(one.to(device, non_blocking=True) for one in self))


class Losses(NamedTuple):
    """Means over the batch. total: what is differentiated, the others by their weights."""

    total: Tensor
    diffusion: Tensor
    leffa: Tensor
    correspondence: Tensor


class Objective(nn.Module):
    """Both UNets of `model`, trained; its VAE stays outside."""

    def __init__(
        self, model: LeffaModel, leffa: Leffa, *, leffa_weight: float, correspondence_weight: float
    ) -> None:
        super().__init__()
        self.unet_encoder = model.unet_encoder
        self.unet = model.unet
        # Not a submodule: what it holds beside the UNets is neither trained nor kept.
        self._whole = [model]
        self._leffa = leffa
        self._leffa_weight = leffa_weight
        self._correspondence_weight = correspondence_weight
        self._scheduler: DDPMScheduler = model.make_scheduler()

    def forward(self, batch: Batch) -> Losses:
        model = self._whole[0]
        scheduler, timesteps = self._scheduler, batch.timesteps
        reference = batch.reference.masked_fill(batch.dropped[:, None, None, None], 0.0)
        noisy = scheduler.add_noise(batch.target, batch.noise, timesteps)
        velocity = scheduler.config.prediction_type == "v_prediction"
        wanted = scheduler.get_velocity(batch.target, batch.noise, timesteps) if velocity else batch.noise
        sample = torch.cat([noisy, batch.mask, batch.masked, batch.control], dim=1)
        with ExitStack() as stack:
            looking = self._leffa_weight > 0 and stack.enter_context(
                recorded_attention(self.unet, self.unet_encoder, self._leffa.layers)
            )
            taught = self._correspondence_weight > 0 and stack.enter_context(
                correspondence.recorded_attention(self.unet)
            )
            known = model.project_reference(model.reference_features(reference, timesteps))
            predicted = model.predict_noise(sample, timesteps, known)
        diffusion = F.mse_loss(predicted.float(), wanted.float())
        leffa = self._leffa_loss(looking, batch) if looking else diffusion.new_zeros(())
        missed = diffusion.new_zeros(())
        if taught:
            flow = batch.flow.masked_fill(batch.dropped[:, None, None, None], torch.nan)
            missed = correspondence.correspondence_loss(taught, known, flow, batch.asked)
        total = diffusion + self._leffa_weight * leffa + self._correspondence_weight * missed
        return Losses(total, diffusion, leffa, missed)

    def _leffa_loss(self, looking: Recording, batch: Batch) -> Tensor:
        """Samples that lost their reference cannot look at it: they count 0, as those above the limit do."""
        limit = self._leffa.timestep_limit
        size = (batch.target_picture.shape[1], batch.target_picture.shape[2])
        return leffa_loss(
            looking.maps(size, self._leffa.coarsest_stride),
            _pixels(batch.reference_picture),
            _pixels(batch.target_picture),
            batch.region[:, None].float(),
            self._leffa.temperature,
            timesteps=batch.timesteps.masked_fill(batch.dropped, limit),
            timestep_limit=limit,
            distance=self._leffa.distance,
            align_corners=self._leffa.align_corners,
        )


def _pixels(pictures: Tensor) -> Tensor:
    """`[B, 3, H, W]` in -1..1."""
    return pictures.permute(0, 3, 1, 2).float() / 127.5 - 1
