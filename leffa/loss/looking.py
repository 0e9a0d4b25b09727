"""Where a trained model looks: its attention as flow fields, for one person and one garment."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from leffa.loss.flow import TEMPERATURE, attention_flow, token_grid
from leffa.loss.recording import recorded_attention
from leffa.model import LeffaModel
from leffa.noise import normal, seeded
from leffa.pictures import ModelInputs


@torch.no_grad()
def looked_at(
    model: LeffaModel,
    inputs: ModelInputs,
    target: Tensor,
    *,
    timestep: int,
    temperature: float = TEMPERATURE,
    layers: Sequence[str] = ("*",),
    coarsest_stride: int | None = None,
    seed: int = 0,
) -> dict[str, Tensor]:
    """Places on the reference, `[B, h, w, 2]`, x and y as shares 0..1 of its sides, by layer.

    The target's latent with the noise of `timestep` (0..999, drawn from `seed`) goes through both UNets
    once. inputs: as the pipeline's transform gives them; target: `[B, 3, H, W]` in -1..1, what the person
    looks like in the end (the truth, or the picture made). Latents are the means of their posteriors.
    temperature, layers: see `leffa.loss`. coarsest_stride: pixels per token, None takes the finest only.
    The middle of a token stands for the token. Raises `OptionInvalid` where no layer is left.
    """
    device, dtype = model.device, model.dtype
    source, reference, mask, densepose = (x.to(device, dtype) for x in inputs)
    wanted, _ = model.encode(target.to(device, dtype))
    masked, _ = model.encode(source * (mask < 0.5))
    garment, _ = model.encode(reference)
    noise = normal(tuple(wanted.shape), seeded([seed] * len(wanted)), device, dtype)
    timesteps = torch.full((len(wanted),), timestep, device=device)
    noisy = model.make_scheduler().add_noise(wanted, noise, timesteps)
    size = wanted.shape[-2:]
    sample = torch.cat([noisy, F.interpolate(mask, size), masked, F.interpolate(densepose, size)], dim=1)
    with recorded_attention(model.unet, model.unet_encoder, layers) as recording:
        known = model.project_reference(model.reference_features(garment, timesteps))
        model.predict_noise(sample, timesteps, known)
    own, other = ((x.shape[-2], x.shape[-1]) for x in (target, reference))
    maps = recording.named_maps(own, model.vae_scale_factor if coarsest_stride is None else coarsest_stride)
    return {
        name: token_shares(
            attention_flow(layer, own, other, temperature), token_grid(layer.key.shape[2], other)
        )
        for name, layer in maps.items()
    }


def token_shares(flow: Tensor, grid: tuple[int, int]) -> Tensor:
    """A flow in -1..1 (corner tokens at the ends) as shares 0..1 of the sides of the reference picture.

    grid: rows and columns of the reference's tokens. The loss stretches the tokens' middles to the picture's
    borders, on both sides alike; here each middle is where it is.
    """
    counts = flow.new_tensor([grid[1], grid[0]])
    return ((flow + 1) / 2 * (counts - 1) + 0.5) / counts
