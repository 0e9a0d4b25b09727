"""Small pictures, requests of them, and a way to see which networks run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from leffa.model import LeffaModel
from leffa.noise import seeded
from leffa.pipeline import LeffaPipeline
from tests.leffa.published import Inputs

STEPS = 2
WIDTH, HEIGHT = 48, 64


def photo(seed: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Image.Image:
    """A few soft colours."""
    values = np.random.default_rng(seed).integers(0, 256, (4, 3, 3), dtype=np.uint8)
    return Image.fromarray(values).resize(size, Image.Resampling.BICUBIC)


def upper_half(size: tuple[int, int] = (WIDTH, HEIGHT)) -> Image.Image:
    mask = Image.new("L", size)
    mask.paste(255, (0, 0, size[0], size[1] // 2))
    return mask


def request(person: int, garment: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> list[Image.Image]:
    return [photo(person, size), photo(garment, size), upper_half(size), photo(person + 500, size)]


def batch(*requests: list[Image.Image]) -> Inputs:
    return Inputs(*(list(field) for field in zip(*requests, strict=True)))


def levels(picture: Image.Image) -> NDArray[np.int16]:
    return np.asarray(picture).astype(np.int16)


def apart(a: Image.Image, b: Image.Image) -> int:
    """The largest difference of any value."""
    return int(np.abs(levels(a) - levels(b)).max())


@contextmanager
def batches_seen(network: nn.Module) -> Iterator[list[int]]:
    """The batch size of every call of `network`."""
    seen: list[int] = []
    hook = network.register_forward_pre_hook(lambda _, arguments: seen.append(len(arguments[0])))
    yield seen
    hook.remove()


@contextmanager
def nothing_runs(model: LeffaModel) -> Iterator[None]:
    with (
        batches_seen(model.unet) as unet,
        batches_seen(model.unet_encoder) as reference,
        batches_seen(model.vae.encoder) as encoder,
    ):
        yield
    assert unet == reference == encoder == []


def dress(pipe: LeffaPipeline, person: int, garment: int, seed: int, **options: Any) -> Image.Image:
    merged: dict[str, Any] = {"num_inference_steps": STEPS, "generator": seeded([seed])} | options
    picture: Image.Image = pipe(*request(person, garment), **merged)
    return picture
