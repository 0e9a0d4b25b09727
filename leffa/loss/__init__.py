"""The Leffa loss (arXiv 2412.08486, section 3.2): attention to the reference, read as a flow field.

    with leffa.loss.recorded_attention(model.unet, model.unet_encoder) as recording:
        ...                                       # one forward pass of both UNets
    maps = recording.maps((1024, 768))
    loss = leffa.loss.leffa_loss(maps, reference_image, target_image, garment_mask, timesteps=timesteps)
    total = diffusion_loss + leffa.loss.WEIGHT * loss

Works for every pair of `diffusers` UNets, and for any other model that hands over its queries and keys.
"""

from leffa.loss.flow import TEMPERATURE, QueryKey, attention_flow, coordinate_map, token_grid
from leffa.loss.recording import COARSEST_STRIDE, Recording, recorded_attention
from leffa.loss.warping import TIMESTEP_LIMIT, WEIGHT, leffa_loss, warp

__all__ = [
    "COARSEST_STRIDE",
    "TEMPERATURE",
    "TIMESTEP_LIMIT",
    "WEIGHT",
    "QueryKey",
    "Recording",
    "attention_flow",
    "coordinate_map",
    "leffa_loss",
    "recorded_attention",
    "token_grid",
    "warp",
]
