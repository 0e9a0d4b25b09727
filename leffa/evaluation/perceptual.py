"""A distance as LPIPS takes it, between drawn pictures: by features of the network that sees drawn people.

LPIPS (arXiv 1801.03924, equation 1) compares the features of a network trained on photographs, which the
drawn people are not. Here the layers of `Seer` stand in, whose features know stripes, edges and limbs of
drawn people; all channels weigh the same, as in the paper's variant without learned weights. So its numbers
compare with each other only, not with those of the published network (`leffa eval`).
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from leffa import mini
from leffa.evaluation.measures import Picture, Region
from leffa.preprocessing.drawn.network import Seer
from leffa.preprocessing.drawn.weights import WEIGHTS, load_seer

# Strides 2, 4, 8, 16.
LAYERS = ("stem", "down_fine", "down_middle", "down_coarse")
# What four halvings want of the sides.
_MULTIPLE = 16
_TINY = 1e-10


class SeerDistance:
    """Of two pictures within a region; 0 is equal, and less than 2."""

    def __init__(self) -> None:
        """Raises `WeightsError`s."""
        self._seer: Seer = load_seer(mini.FOLDER / WEIGHTS)

    @torch.no_grad()
    def __call__(self, picture: Picture, truth: Picture, region: Region) -> float:
        """uint8 RGB `[h, w, 3]` twice, bool `[h, w]`; mean over the region's pixels and over layers."""
        height, width = region.shape
        bottom, right = -height % _MULTIPLE, -width % _MULTIPLE
        both = torch.from_numpy(np.stack([picture, truth])).permute(0, 3, 1, 2).float() / 255
        both = F.pad(both, (0, right, 0, bottom), mode="replicate")
        maps = []
        for features in self._features(both):
            mine, wanted = _normalised(features)
            apart = (mine - wanted).square().sum(dim=0)[None, None]
            whole = F.interpolate(apart, size=both.shape[2:], mode="bilinear", align_corners=False)
            maps.append(whole[0, 0, :height, :width])
        return float(torch.stack(maps).mean(dim=0).numpy()[region].mean())

    def _features(self, pictures: Tensor) -> list[Tensor]:
        found = []
        x = (pictures - 0.5) / 0.25
        for name in LAYERS:
            layer: nn.Module = getattr(self._seer, name)
            x = layer(x)
            found.append(x)
        return found


def _normalised(features: Tensor) -> Tensor:
    """`[n, c, h, w]`, of length 1 at every place."""
    return features / (features.square().sum(dim=1, keepdim=True) + _TINY).sqrt()
