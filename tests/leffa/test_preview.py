"""Small pictures of latents."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from leffa.preview import LinearPreview


def encoded(pixels: Tensor) -> Tensor:
    """Four channels that hold the mean colour of each 8x8 pixels, mixed and shifted."""
    mixing = torch.tensor([[1.0, 2.0, 0.5], [0.0, -1.0, 1.0], [3.0, 0.3, 0.1], [0.2, 0.2, 0.9]])
    return torch.einsum("lc,bchw->blhw", mixing, torch.nn.functional.avg_pool2d(pixels, 8)) + 0.7


def pixels(batch: int, seed: int = 0) -> Tensor:
    return torch.rand(batch, 3, 48, 40, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def test_colours_that_the_latents_tell_are_shown() -> None:
    known, new = pixels(2), pixels(1, seed=1)
    (picture,) = LinearPreview(encoded(known), known)(encoded(new))
    wanted = (torch.nn.functional.avg_pool2d(new, 8)[0].movedim(0, -1) + 1) * 127.5
    assert np.abs(np.asarray(picture) - wanted.numpy()).max() <= 1


def test_one_rgb_picture_of_latent_size_per_sample() -> None:
    known = pixels(2)
    pictures = LinearPreview(encoded(known), known)(torch.randn(3, 4, 6, 5))
    assert [(picture.mode, picture.size) for picture in pictures] == [("RGB", (5, 6))] * 3


def test_latents_far_away_stay_within_the_range_of_colours() -> None:
    known = pixels(1)
    preview = LinearPreview(encoded(known), known)
    (bright,) = preview(encoded(torch.full((1, 3, 48, 40), 50.0)))
    (dark,) = preview(encoded(torch.full((1, 3, 48, 40), -50.0)))
    assert np.asarray(bright).min() == 255
    assert np.asarray(dark).max() == 0


def test_a_request_of_one_colour_is_previewed_in_that_colour() -> None:
    grey = torch.zeros(1, 3, 48, 40)
    (picture,) = LinearPreview(encoded(grey), grey)(encoded(grey))
    assert np.abs(np.asarray(picture).astype(int) - 127.5).max() <= 2


def test_half_precision_latents_are_previewed() -> None:
    known = pixels(2)
    half = LinearPreview(encoded(known).half(), known.half())(encoded(known).half())
    full = LinearPreview(encoded(known), known)(encoded(known))
    for a, b in zip(half, full, strict=True):
        assert np.abs(np.asarray(a).astype(int) - np.asarray(b)).max() <= 3
