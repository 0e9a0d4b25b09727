"""The models one can choose, and what each of them expects of its inputs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from leffa.control import ModelName

SD15_BASE = "stable-diffusion-inpainting"
SDXL_BASE = "stable-diffusion-xl-1.0-inpainting-0.1"
Rule = Literal["published", "corrected"]


@dataclass(frozen=True)
class Preset:
    """Files (relative to the weights folder), input conventions and default options of one model.

    drawn: people are drawn (`leffa.synthetic`), and seen by the network for such people that comes along.
    frame_margin: None works on the whole photo, as the published demo does; a number on a box around
    the mask, with this share of its longer side around it. smooth: shrink photos without aliasing.
    """

    model: ModelName
    base: str
    checkpoint: str
    work_size: tuple[int, int] = (768, 1024)
    frame_margin: float | None = None
    smooth: bool = False
    mask_rule: Rule = "published"
    num_inference_steps: int = 30
    guidance_scale: float = 2.5
    repaint: bool = False
    drawn: bool = False


VITON_HD = Preset("viton_hd", SD15_BASE, "virtual_tryon")
DRESS_CODE = Preset("dress_code", SD15_BASE, "virtual_tryon_dc")
DEEP_FASHION = Preset("deep_fashion", SDXL_BASE, "pose_transfer")
# Small, trained on synthetic people (`leffa.mini`): it works close to the garment and only inside the mask.
MINI = Preset(
    "viton_hd",
    SD15_BASE,
    "virtual_tryon",
    work_size=(96, 128),
    frame_margin=0.1,
    smooth=True,
    mask_rule="corrected",
    num_inference_steps=20,
    guidance_scale=1.5,
    repaint=True,
    drawn=True,
)
MINI_POSE = replace(
    DEEP_FASHION,
    work_size=MINI.work_size,
    smooth=True,
    num_inference_steps=MINI.num_inference_steps,
    guidance_scale=MINI.guidance_scale,
    drawn=True,
)
MINIS: dict[ModelName, Preset] = {preset.model: preset for preset in (MINI, MINI_POSE)}
PUBLISHED: dict[ModelName, Preset] = {preset.model: preset for preset in (VITON_HD, DRESS_CODE, DEEP_FASHION)}
