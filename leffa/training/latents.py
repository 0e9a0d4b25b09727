"""From pictures to what the UNets train on. The VAE is frozen, so it need see every picture only once.

Latents are the means of their posteriors (whose spread is tiny), as half-precision numbers whether they are
kept in a file or made anew: a training is the same with and without the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from leffa.model import LeffaModel
from leffa.training.config import Data
from leffa.training.records import Field, Record, RecordFile
from leffa.training.sources import Pictures, Size, Source

Latents = dict[str, NDArray[Any]]
# What "paper" divides the channels of pose transfer's control picture by: U, V, part index.
_PAPER_RANGES = (255.0, 255.0, 24.0)


class Encoder:
    """The frozen VAE of `model`, one example at a time: what comes out does not depend on its company."""

    def __init__(self, model: LeffaModel, data: Data, device: torch.device) -> None:
        self._model = model
        self._device = device
        self._ranges = torch.tensor(
            _PAPER_RANGES if data.control == "paper" and data.set == "deep_fashion" else [255.0] * 3
        )
        model.vae.to(device)

    def fields(self, size: Size) -> dict[str, Field]:
        """Of what `__call__` returns."""
        factor, channels = self._model.vae_scale_factor, self._model.latent_channels
        width, height = -(-size[0] // factor), -(-size[1] // factor)
        code: Field = (np.float16, (channels, height, width))
        return {
            "target": code,
            "masked": code,
            "reference": code,
            "mask": (np.uint8, (1, height, width)),
            "control": (np.float16, (3, height, width)),
        }

    @torch.no_grad()
    def __call__(self, pictures: Pictures) -> Latents:
        """As the pipeline prepares its inputs: grey under the mask; mask and control are not averaged."""
        target = _pixels(pictures.target)
        mask = torch.tensor(pictures.mask)[None, None].float()
        code = self._encode(target)
        control = torch.tensor(pictures.densepose).permute(2, 0, 1)[None]
        grid = code.shape[1:]
        return {
            "target": code,
            "masked": self._encode(target * (mask < 0.5)),
            "reference": self._encode(_pixels(pictures.reference)),
            "mask": F.interpolate(mask, grid)[0].to(torch.uint8).numpy(),
            "control": (F.interpolate(control.float(), grid)[0] / self._ranges[:, None, None] * 2 - 1)
            .half()
            .numpy(),
        }

    def vae_digest(self) -> str:
        """The same for equal weights."""
        digest = blake2b(digest_size=8)
        for tensor in self._model.vae.state_dict().values():
            digest.update(tensor.detach().float().cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()

    def _encode(self, pixels: Tensor) -> NDArray[np.float16]:
        mean, _ = self._model.encode(pixels.to(self._device))
        encoded: NDArray[np.float16] = mean[0].half().cpu().numpy()
        return encoded


def fill(
    file: RecordFile,
    source: Source,
    convert: Callable[[Pictures], Record],
    numbers: NDArray[np.int64],
    *,
    workers: int,
    report: Callable[[], None] = lambda: None,
) -> None:
    """Write the records of these numbers; what cannot be used is left out.

    workers: processes that read (or draw) the pictures, 0 is this one, which converts them.
    """
    reading = _Reader(source, numbers.tolist())
    reader = DataLoader(reading, batch_size=None, num_workers=workers, collate_fn=_as_it_is)

    def made() -> Iterator[tuple[int, Record | None]]:
        for number, pictures in reader:
            yield number, None if pictures is None else convert(pictures)
            report()

    file.write(made())


@dataclass(frozen=True)
class _Reader(Dataset[tuple[int, Pictures | None]]):
    source: Source
    numbers: list[int]

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, place: int) -> tuple[int, Pictures | None]:
        return self.numbers[place], self.source[self.numbers[place]]


def _as_it_is(one: Any) -> Any:
    return one


def _pixels(picture: NDArray[np.uint8]) -> Tensor:
    """`[1, 3, H, W]` in -1..1, by the arithmetic of `leffa.pictures.LeffaTransform`."""
    return 2 * (torch.tensor(picture).permute(2, 0, 1)[None].float() / 255) - 1
