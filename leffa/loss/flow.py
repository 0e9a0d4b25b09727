"""From attention to a flow field: where on the reference each token of the target looks, on average.

    A = softmax((Q K^T / sqrt(d)) / temperature)     over the reference's keys only
    F = (mean of A over heads) C                      C: where each reference token lies, in -1..1

Two computations of the same F. The explicit one stores A, n x n for each head. The other one gives C to an
ordinary scaled dot-product attention as its values, with the scale 1 / (temperature sqrt(d)), and takes the
mean over heads of what comes out: because C is the same for every head, the mean over heads may be taken
before or after the product with C. Its kernels never store A, so memory grows linearly with n.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from leffa.errors import OptionInvalid

# Table of the paper: the best of 0.1, 0.5, 1, 2 and 5. Above 1 it softens.
TEMPERATURE = 2.0
# The fused kernels want the same width of queries, keys and values, on GPUs a multiple of this.
_WIDTH = 8
# A grid of tokens is as tall and wide as its picture, but for what rounding does to a few tokens.
_MOST_SKEW = 2.0
_ROUNDING = 1e-3


class QueryKey(NamedTuple):
    """One attention layer: queries of the target's n tokens, keys of the reference's m tokens.

    query: `[B, heads, n, d]`, key: `[B, heads, m, d]`, not scaled. Tokens go row by row.
    """

    query: Tensor
    key: Tensor


def attention_flow(
    attention: QueryKey | tuple[Tensor, Tensor] | Tensor,
    target_size: tuple[int, int],
    reference_size: tuple[int, int],
    temperature: float = TEMPERATURE,
) -> Tensor:
    """Absolute sampling positions `[B, h, w, 2]`: x and y on the reference, -1..1, for each target token.

    attention: queries and keys of a layer, which takes memory linear in n; or its map, which takes the
    explicit way: `[B, heads, n, m]`, the products Q K^T / sqrt(d) before the softmax, or what an ordinary
    softmax over the reference made of them (rows that are not negative and sum to 1: softmax(log A /
    temperature) is the same). sizes: (height, width) of the two pictures; the grids of n and m tokens
    have their proportions. (-1, -1) is the first token, top left, (1, 1) the last one, bottom right.

    Computed in float32 whatever autocast says, float64 if given: half precision would place coordinates
    several pixels off. Raises `OptionInvalid` for shapes that do not fit.
    """
    if temperature <= 0:
        raise OptionInvalid(f"temperature must be above 0, got {temperature}")
    queries, keys = _tokens(attention)
    height, width = token_grid(queries, target_size)
    columns, rows = token_grid(keys, reference_size)[::-1]
    first = attention if isinstance(attention, Tensor) else attention[0]
    dtype = torch.float64 if first.dtype == torch.float64 else torch.float32
    places = coordinate_map(rows, columns, dtype=dtype, device=first.device).flatten(0, 1)
    with torch.autocast(first.device.type, enabled=False):
        if isinstance(attention, Tensor):
            flow = _explicit(attention.to(dtype), places, temperature)
        else:
            query, key = attention
            flow = _linear(query.to(dtype), key.to(dtype), places, temperature)
    return flow.view(-1, height, width, 2)


def explicit_map(attention: QueryKey) -> Tensor:
    """The products Q K^T / sqrt(d), `[B, heads, n, m]`: what the explicit way starts from."""
    query, key = attention
    return query / math.sqrt(query.shape[-1]) @ key.transpose(-1, -2)


def coordinate_map(
    height: int,
    width: int,
    *,
    dtype: torch.dtype = torch.float32,
    device: torch.device | str = "cpu",
) -> Tensor:
    """C, `[height, width, 2]`: x and y of each token. The corner tokens lie at -1 and 1 exactly.

    A row or column of one token lies in the middle, 0.
    """

    def line(length: int) -> Tensor:
        if length == 1:
            return torch.zeros(1, dtype=dtype, device=device)
        return torch.linspace(-1, 1, length, dtype=dtype, device=device)

    y, x = torch.meshgrid(line(height), line(width), indexing="ij")
    return torch.stack([x, y], dim=-1)


def token_grid(tokens: int, size: tuple[int, int]) -> tuple[int, int]:
    """(rows, columns) of so many tokens of a picture of `size` (height, width): the nearest proportions.

    UNets round sides up where they halve them, so the proportions need not be exact. Raises `OptionInvalid`
    where no grid of so many tokens looks like the picture.
    """
    wanted = math.log(size[0] / size[1])
    grids = [(rows, tokens // rows) for rows in range(1, tokens + 1) if tokens % rows == 0]
    skew, grid = min((abs(math.log(rows / columns) - wanted), (rows, columns)) for rows, columns in grids)
    if skew >= math.log(_MOST_SKEW):
        raise OptionInvalid(f"{tokens} tokens are no grid of a picture of {size[0]} x {size[1]} pixels")
    return grid


def _tokens(attention: QueryKey | tuple[Tensor, Tensor] | Tensor) -> tuple[int, int]:
    """How many queries and keys. Raises `OptionInvalid` for shapes that are none of attention."""
    if isinstance(attention, Tensor):
        if attention.ndim != 4:
            raise OptionInvalid(f"an attention map is [B, heads, n, m], got {list(attention.shape)}")
        return attention.shape[2], attention.shape[3]
    query, key = attention
    if query.ndim != 4 or key.ndim != 4 or query.shape[:2] != key.shape[:2] or query.shape[3] != key.shape[3]:
        raise OptionInvalid(
            "queries and keys are [B, heads, n, d] and [B, heads, m, d], "
            f"got {list(query.shape)} and {list(key.shape)}"
        )
    return query.shape[2], key.shape[2]


def _explicit(attention: Tensor, places: Tensor, temperature: float) -> Tensor:
    """`[B, n, 2]` by way of the map."""
    logits = (
        attention.clamp_min(torch.finfo(attention.dtype).tiny).log() if _normalised(attention) else attention
    )
    return (logits / temperature).softmax(dim=-1).mean(dim=1) @ places


def _normalised(attention: Tensor) -> bool:
    values = attention.detach()
    if (values < 0).any():
        return False
    return bool(((values.sum(dim=-1) - 1).abs() < _ROUNDING).all())


def _linear(query: Tensor, key: Tensor, places: Tensor, temperature: float) -> Tensor:
    """`[B, n, 2]` with the coordinates as the values of the attention."""
    dim = query.shape[-1]
    width = -(-max(dim, 2) // _WIDTH) * _WIDTH
    # Zeros at the end change no product.
    query, key = F.pad(query, (0, width - dim)), F.pad(key, (0, width - dim))
    value = F.pad(places, (0, width - 2)).expand(*key.shape[:2], -1, -1)
    scale = 1 / (temperature * math.sqrt(dim))
    looked_at = F.scaled_dot_product_attention(query, key, value, scale=scale)
    return looked_at[..., :2].mean(dim=1)
