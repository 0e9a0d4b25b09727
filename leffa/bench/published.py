"""The published way of making a picture, as something to measure against."""

from __future__ import annotations

import torch
from torch import Tensor

from leffa.pipeline import LeffaPipeline


class PublishedPipeline(LeffaPipeline):
    """The same pipeline around a model built with `published=True`: nothing of a reference is ever kept.

    Both halves of the guidance go through the whole reference UNet at every step (under acceleration
    once), and the generative UNet is given features instead of keys and values. Call it with
    `keep_reference=False`, so that it also encodes the reference picture each time.
    """

    def _reference(  # features, see `LeffaModel.predict_noise`
        self, latent: Tensor, keys: list[str], timestep: int, unconditional: bool, *, keep: bool
    ) -> list[Tensor]:
        halves = [torch.zeros_like(latent)] * unconditional + [latent] * bool(keys)
        return self.model.reference_features(torch.cat(halves), timestep)
