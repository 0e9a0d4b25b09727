"""The loss itself: the reference picture, drawn where attention says, should look like the target.

The paper does not say everything; what is chosen here, beside what it says:

- Coordinates. The paper puts the corner tokens at -1 and 1. Upsampling and sampling go by the same rule
  (`align_corners=True`), so that a token that looks at its own place warps nothing. An early published
  snapshot used the framework's default for these two (`align_corners=False`), which enlarges by n / (n - 1)
  about the middle: `align_corners=False` does that.
- Both are bilinear. What is sampled outside of the picture (with `align_corners=False` only) is 0, mid-grey.
- The flow is upsampled to the target's size and clamped to -1..1. The reference is sampled at its own size.
- Distance. The paper writes the squared norm, summed over layers. A sum would grow with the picture and
  the number of layers, so the default is the mean of the squares over channels, pixels and layers;
  `reduction="sum"` is the paper's letter. `distance="smooth_l1"` is the snapshot's.
- The mean over pixels counts all pixels of the picture, not those of the mask only: a small garment has a
  small loss. So do both sources.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from leffa.errors import OptionInvalid
from leffa.loss.flow import TEMPERATURE, QueryKey, attention_flow

# The paper's best: the loss is only told of the timesteps below the limit (of 1000), and weighted so beside
# the diffusion loss.
TIMESTEP_LIMIT = 500
WEIGHT = 1e-3

Distance = Literal["squared", "smooth_l1"]
Reduction = Literal["mean", "sum"]
_DISTANCES = {"squared": F.mse_loss, "smooth_l1": F.smooth_l1_loss}


def leffa_loss(
    attention_maps: Sequence[QueryKey | tuple[Tensor, Tensor] | Tensor],
    reference_image: Tensor,
    target_image: Tensor,
    garment_mask: Tensor,
    temperature: float = TEMPERATURE,
    *,
    timesteps: Tensor | None = None,
    timestep_limit: int = TIMESTEP_LIMIT,
    distance: Distance = "squared",
    reduction: Reduction = "mean",
    align_corners: bool = True,
) -> Tensor:
    """The Leffa loss of a batch, a scalar: mean over layers of |I_target M - I_warped M|^2.

    attention_maps: one item a layer. (query, key), `[B, heads, n, d]` and `[B, heads, m, d]`: computed
    without storing the map. Or a map `[B, heads, n, m]` of Q K^T / sqrt(d): the explicit way, with equal
    values and gradients (`leffa.loss.attention_flow` says more). `temperature` divides the logits.
    reference_image: `[B, C, h, w]`, target_image: `[B, C, H, W]`, pixels in -1..1; the sizes may differ.
    garment_mask: `[B, 1, H, W]`, 1 where the target shows the reference, 0 elsewhere.
    timesteps: `[B]`; samples at `timestep_limit` or above count 0 in the mean over the batch, and are not
    computed. None: all count. distance, reduction, align_corners: see the module; reduction is "mean" over
    channels, pixels and layers or "sum" over them, and always the mean over the batch.

    Raises `OptionInvalid` for shapes that do not fit, and without a single layer.
    """
    if not attention_maps:
        raise OptionInvalid("no attention layer was given")
    if distance not in _DISTANCES or reduction not in ("mean", "sum"):
        raise OptionInvalid(f"distance {distance!r} or reduction {reduction!r} is unknown")
    _check(reference_image, target_image, garment_mask)
    batch = len(target_image)
    if timesteps is not None:
        counted = (timesteps < timestep_limit).nonzero().flatten().to(target_image.device)
        if len(counted) == 0:
            return target_image.new_zeros(())
        if len(counted) < batch:
            attention_maps = [_rows(attention, counted) for attention in attention_maps]
            reference_image, target_image = reference_image[counted], target_image[counted]
            garment_mask = garment_mask[counted]
    wanted = target_image * garment_mask
    losses = []
    for attention in attention_maps:
        flow = attention_flow(attention, _size(target_image), _size(reference_image), temperature)
        warped = warp(reference_image, flow, _size(target_image), align_corners=align_corners)
        losses.append(_DISTANCES[distance](warped * garment_mask, wanted, reduction=reduction))
    each = torch.stack(losses)
    if reduction == "sum":
        return each.sum() / batch
    return each.mean() * (len(target_image) / batch)


def warp(
    reference_image: Tensor, flow: Tensor, size: tuple[int, int], *, align_corners: bool = True
) -> Tensor:
    """`reference_image` `[B, C, h, w]` as `flow` `[B, y, x, 2]` says, upsampled to `size` (height, width).

    flow: absolute positions on the reference, -1..1. Returns `[B, C, *size]`, of the flow's precision.
    """
    fine = F.interpolate(flow.permute(0, 3, 1, 2), size, mode="bilinear", align_corners=align_corners)
    grid = fine.permute(0, 2, 3, 1).clamp(-1, 1)
    return F.grid_sample(reference_image.to(grid.dtype), grid, mode="bilinear", align_corners=align_corners)


def _size(image: Tensor) -> tuple[int, int]:
    return image.shape[2], image.shape[3]


def _rows(attention: QueryKey | tuple[Tensor, Tensor] | Tensor, index: Tensor) -> QueryKey | Tensor:
    if isinstance(attention, Tensor):
        return attention[index]
    return QueryKey(attention[0][index], attention[1][index])


def _check(reference: Tensor, target: Tensor, mask: Tensor) -> None:
    images = (reference, target, mask)
    if any(image.ndim != 4 for image in images) or len({len(image) for image in images}) != 1:
        raise OptionInvalid(
            "reference, target and mask are [B, C, H, W] of one batch size, "
            f"got {[list(image.shape) for image in images]}"
        )
    if mask.shape[2:] != target.shape[2:] or mask.shape[1] != 1 or reference.shape[1] != target.shape[1]:
        raise OptionInvalid(
            "the mask is [B, 1, H, W] of the target's size, the reference has its channels, "
            f"got {[list(image.shape) for image in images]}"
        )
