"""What the weights just written make of held-out people: a sheet to look at, and losses to compare."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from leffa.model import LeffaModel
from leffa.noise import seeded
from leffa.pictures import to_pictures
from leffa.pipeline import LeffaPipeline
from leffa.presets import Preset
from leffa.training.config import Leffa
from leffa.training.latents import Encoder
from leffa.training.objective import Batch, Losses, Objective
from leffa.training.sources import Pictures

_GAP = 4


@torch.no_grad()
def held_out_losses(model: LeffaModel, leffa: Leffa, batches: Iterable[Batch]) -> dict[str, float]:
    """The diffusion loss on held-out examples, by what is drawn for them once and for all. Empty for none."""
    objective = Objective(model, leffa, leffa_weight=0.0, correspondence_weight=0.0)
    found: list[Losses] = []
    sizes: list[int] = []
    for batch in batches:
        found.append(objective(batch))
        sizes.append(len(batch.target))
    if not found:
        return {}
    mean = sum(losses.diffusion.item() * size for losses, size in zip(found, sizes, strict=True)) / sum(sizes)
    return {"held_out/diffusion": mean}


def sample_sheet(
    model: LeffaModel, encoder: Encoder, preset: Preset, examples: Sequence[Pictures]
) -> Image.Image:
    """A row each: what goes in, the reference, what is made (seed 0), the truth."""
    pipe = LeffaPipeline(model, cache_bytes=0)
    rows = []
    for pictures in examples:
        latents = {name: torch.from_numpy(one)[None] for name, one in encoder(pictures).items()}
        latent = {name: one.to(model.device, model.dtype) for name, one in latents.items()}
        start = torch.randn(latent["target"].shape, generator=seeded([0])[0]).to(model.device, model.dtype)
        made = pipe.denoise(
            latent["masked"],
            latent["reference"],
            latent["mask"],
            latent["control"],
            start,
            num_inference_steps=preset.num_inference_steps,
            guidance_scale=preset.guidance_scale,
            generator=seeded([0]),
            keep_reference=False,
        )
        with torch.no_grad():
            picture = np.asarray(to_pictures(model.decode(made))[0])
        seen = np.where(pictures.mask[..., None] == 1, np.uint8(128), pictures.target)
        rows.append(_beside([seen, pictures.reference, picture, pictures.target]))
    return Image.fromarray(np.concatenate(rows))


def _beside(pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    gap = np.full((pictures[0].shape[0], _GAP, 3), 255, np.uint8)
    row = np.concatenate([one for picture in pictures for one in (picture, gap)], axis=1)
    return np.concatenate([row, np.full((_GAP, row.shape[1], 3), 255, np.uint8)])
