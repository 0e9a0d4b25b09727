"""Teaching attention where to look: on drawn people it is known which point of the garment each pixel shows.

Leffa (paper section 3.2) learns the flow from target to reference by warping the reference picture. Where
the true flow is known, attention can be told directly, which takes far fewer examples: the more of a target
token's attention lies on the reference tokens round the true point, the smaller the loss.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

import torch
import torch.nn.functional as F
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import Attention
from torch import Tensor, nn

from leffa.attention import KeyValue
from leffa.model import transformer_blocks

TINY = 1e-6


@dataclass
class Recorded:
    """The self-attentions of a forward pass in order of execution, and what went into each."""

    attentions: list[Attention] = field(default_factory=list)
    hidden_states: list[Tensor] = field(default_factory=list)


@contextmanager
def recorded_attention(unet: UNet2DConditionModel) -> Iterator[Recorded]:
    """While open, every self-attention of `unet` leaves its input `[B, tokens, channels]` behind."""
    recorded = Recorded()

    def keep(attn: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        recorded.attentions.append(attn)
        recorded.hidden_states.append(inputs[0])

    handles = [block.attn1.register_forward_pre_hook(keep) for block in transformer_blocks(unet)]
    try:
        yield recorded
    finally:
        for handle in handles:
            handle.remove()


def correspondence_loss(recorded: Recorded, reference: list[KeyValue], flow: Tensor, asked: Tensor) -> Tensor:
    """Mean over blocks, samples and asked tokens of -log(share of attention near the true point).

    As in the paper, the softmax runs over the reference's keys only and the heads are averaged after it.
    reference: keys and values by block. flow: `[B, h, w, 2]` for the finest tokens: x and y of the point
    that is shown, as shares 0..1 of the reference's width and height; NaN where nothing of the reference is
    seen. asked: `[B, N]` in 0..1, each chooses one of the tokens with a known point; a sample without any
    counts 0. Coarser blocks are taught by the means of their tokens. The first block is left alone: its
    tokens have seen no more than their neighbours, and cannot know.
    """
    losses = []
    blocks = zip(recorded.attentions, recorded.hidden_states, reference, strict=True)
    for attn, hidden, (key, _) in islice(blocks, 1, None):
        points = coarser(flow, hidden.shape[1])
        height, width = points.shape[1:3]
        points = points.flatten(1, 2)
        known = points.isfinite().all(dim=-1)
        chosen = _choose(known, asked)
        at = points.gather(1, chosen[..., None].expand(-1, -1, 2)).nan_to_num()
        queries = attn.to_q(hidden.gather(1, chosen[..., None].expand(-1, -1, hidden.shape[-1])))
        attention = _attention(attn, queries, key).float().mean(dim=1)
        near = (attention * near_weights(at, height, width)).sum(dim=-1)
        losses.append((-(near + TINY).log().mean(dim=1) * known.any(dim=1)).mean())
    return torch.stack(losses).mean()


def _choose(known: Tensor, asked: Tensor) -> Tensor:
    """Numbers of known tokens `[B, N]`; any token where a sample knows none."""
    order = (~known).to(torch.uint8).argsort(dim=1, stable=True)
    last = (known.sum(dim=1, keepdim=True) - 1).clamp(min=0)
    return order.gather(1, (asked * (last + 1)).long().minimum(last))


def coarser(flow: Tensor, tokens: int) -> Tensor:
    """`flow` for a grid of so many tokens: means over blocks of the finest ones, where any is known."""
    factor = math.isqrt(flow.shape[1] * flow.shape[2] // tokens)
    if factor == 1:
        return flow
    known = flow.isfinite().all(dim=-1, keepdim=True)
    planes = torch.cat([flow.nan_to_num().where(known, 0.0), known], dim=-1).permute(0, 3, 1, 2)
    sums = F.avg_pool2d(planes.float(), factor).permute(0, 2, 3, 1)
    return sums[..., :2] / sums[..., 2:].where(sums[..., 2:] > 0, torch.nan)


def near_weights(points: Tensor, height: int, width: int) -> Tensor:
    """Bilinear weights of a grid's tokens, `[B, N, height * width]`, for points `[B, N, 2]` (shares 0..1)."""

    def weights(share: Tensor, size: int) -> Tensor:
        place = (share * size - 0.5).clamp(0, size - 1)
        return (1 - (place[..., None] - torch.arange(size, device=share.device)).abs()).clamp(min=0)

    across, down = weights(points[..., 0], width), weights(points[..., 1], height)
    return (down[..., :, None] * across[..., None, :]).flatten(-2)


def _attention(attn: Attention, queries: Tensor, keys: Tensor) -> Tensor:
    """`[B, heads, N, M]`, each row sums to 1."""

    def split_heads(x: Tensor) -> Tensor:
        return x.view(*x.shape[:2], attn.heads, -1).transpose(1, 2)

    query, key = split_heads(queries), split_heads(keys)
    scores: Tensor = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])
    return scores.softmax(dim=-1)
