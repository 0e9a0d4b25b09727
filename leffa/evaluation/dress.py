"""One item of a try-on data set through the pipeline, as the published evaluation does it."""

from __future__ import annotations

from PIL import Image

from leffa.data import TryOnItem
from leffa.noise import seeded
from leffa.pipeline import LeffaPipeline
from leffa.presets import Preset


def dress_item(
    pipe: LeffaPipeline,
    preset: Preset,
    item: TryOnItem,
    *,
    seed: int,
    steps: int | None = None,
    scale: float | None = None,
) -> Image.Image:
    """The person in the garment at the preset's work size, RGB; nothing is pasted back.

    The data set's pictures are resized to the work size by Lanczos, whatever their proportions. steps,
    scale: None takes the preset's.
    """
    person = item.person.resize(preset.work_size, Image.Resampling.LANCZOS)
    return pipe(
        person,
        item.garment,
        item.mask,
        item.densepose,
        num_inference_steps=preset.num_inference_steps if steps is None else steps,
        guidance_scale=preset.guidance_scale if scale is None else scale,
        generator=seeded([seed]),
        keep_reference=False,
    )
