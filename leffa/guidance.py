"""Classifier-free guidance as the published pipeline applies it, with its rescale."""

from __future__ import annotations

from torch import Tensor


def needs_unconditional(guidance_scale: float) -> bool:
    """At scale 1 the unconditional half cancels out, and need not be computed."""
    return guidance_scale != 1.0


def needs_conditional(guidance_scale: float) -> bool:
    """At scale 0 the conditional half cancels out."""
    return guidance_scale != 0.0


def guide(unconditional: Tensor, conditional: Tensor, guidance_scale: float) -> Tensor:
    """The guided prediction, `u + g (c - u)`; all `[B, L, h, w]`."""
    return unconditional + guidance_scale * (conditional - unconditional)


def rescale(guided: Tensor, conditional: Tensor, guidance_scale: float) -> Tensor:
    """Pull the standard deviation of `guided` towards that of `conditional`, per sample over `[L, h, w]`.

    Published: the strength of the rescale (arXiv 2305.08891, meant to be 0..1) is the guidance scale
    itself, so at 2.5 it extrapolates, and the factor is `2.5 std(c) / std(guided) - 1.5`. The weights'
    pictures are made with it; we keep it.
    """
    dims = list(range(1, guided.ndim))
    ratio = conditional.std(dim=dims, keepdim=True) / guided.std(dim=dims, keepdim=True)
    return guided * (guidance_scale * ratio + 1.0 - guidance_scale)
