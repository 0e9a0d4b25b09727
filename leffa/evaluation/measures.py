"""How near a try-on picture is to the truth, inside a region: structure, colour, pattern.

All take uint8 RGB pictures `[h, w, 3]` and a region bool `[h, w]`; all are means over the region's pixels.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torchmetrics.functional.image import structural_similarity_index_measure

Picture = NDArray[np.uint8]
Region = NDArray[np.bool_]

# Colours are compared after a blur of this share of the height, patterns are what the blur takes away.
BLUR_SHARE = 1 / 64


def masked_ssim(picture: Picture, truth: Picture, region: Region) -> float:
    """Structural similarity (11x11 Gaussian window, data range 1), -1..1, higher is nearer."""
    _, full = structural_similarity_index_measure(
        _unit(picture), _unit(truth), data_range=1.0, return_full_image=True
    )
    return float(full[0].mean(dim=0).numpy()[region].mean())


def colour_distance(picture: Picture, truth: Picture, region: Region) -> float:
    """CIELAB distance (Delta E 76) of the blurred pictures: is the right colour in its place; 0 = equal."""
    difference = _blurred(_lab(picture)) - _blurred(_lab(truth))
    return float(np.linalg.norm(difference, axis=-1)[region].mean())


def pattern_energy(picture: Picture, region: Region) -> float:
    """Root mean square of the detail (CIELAB minus its blur): how much of a pattern there is at all."""
    return float(np.sqrt((_detail(picture)[region] ** 2).sum(axis=-1).mean()))


def pattern_correlation(picture: Picture, truth: Picture, region: Region) -> float:
    """Correlation of the pictures' detail, -1..1: are the stripes in their place; 0 if there is none."""
    mine, wanted = _detail(picture)[region], _detail(truth)[region]
    scale = float(np.sqrt((mine**2).sum() * (wanted**2).sum()))
    return float((mine * wanted).sum() / scale) if scale > 0 else 0.0


def _unit(picture: Picture) -> torch.Tensor:
    return torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 255


def _lab(picture: Picture) -> NDArray[np.float32]:
    scaled = picture.astype(np.float32) / 255
    return np.asarray(cv2.cvtColor(scaled, cv2.COLOR_RGB2LAB), dtype=np.float32)


def _blurred(lab: NDArray[np.float32]) -> NDArray[np.float32]:
    sigma = lab.shape[0] * BLUR_SHARE
    return np.asarray(cv2.GaussianBlur(lab, (0, 0), sigma), dtype=np.float32)


def _detail(picture: Picture) -> NDArray[np.float32]:
    lab = _lab(picture)
    return lab - _blurred(lab)
