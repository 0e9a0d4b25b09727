"""Random layers and pictures in float64, and attention that looks where it is told."""

from __future__ import annotations

import torch
from torch import Tensor

from leffa.loss import QueryKey

TARGET, REFERENCE = (16, 12), (12, 12)


def layer(
    target: int, reference: int, *, heads: int = 3, dim: int = 5, batch: int = 1, seed: int = 0
) -> QueryKey:
    generator = torch.Generator().manual_seed(seed)

    def tokens(count: int) -> Tensor:
        return torch.randn(
            batch, heads, count, dim, generator=generator, dtype=torch.float64
        ).requires_grad_()

    return QueryKey(tokens(target), tokens(reference))


def picture(size: tuple[int, int], *, batch: int = 1, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(batch, 3, *size, generator=generator, dtype=torch.float64) * 2 - 1


def mask(size: tuple[int, int], *, batch: int = 1) -> Tensor:
    whole = torch.zeros(batch, 1, *size, dtype=torch.float64)
    whole[:, :, size[0] // 4 :, : size[1] // 2] = 1
    return whole


def looking_at(places: list[int], tokens: int, *, sharpness: float = 1e4) -> QueryKey:
    """One head whose token i looks at reference token `places[i]`."""
    every = torch.eye(tokens, dtype=torch.float64)
    return QueryKey(every[places][None, None] * sharpness, every[None, None])
