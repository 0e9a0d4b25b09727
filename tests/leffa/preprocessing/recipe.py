"""Weights of the recorded runs, made again from names and shapes (`tests/data/preprocess/README.md`)."""

from __future__ import annotations

import gzip
import json
import math
import zlib
from functools import cache
from pathlib import Path
from typing import TypedDict

import numpy as np
import torch
from numpy.typing import NDArray

DATA = Path(__file__).parents[2] / "data" / "preprocess"
SEEDS = {"densepose": 20260101, "schp_atr": 20262108, "schp_lip": 20262309, "openpose": 20260104}


class Key(TypedDict):
    """One tensor of a published file."""

    name: str
    shape: list[int]
    kind: str
    gain: float | None


def read_keys(network: str) -> list[Key]:
    """The tensors of a published file, in its order."""
    with gzip.open(DATA / "keys" / f"{network}_keys.json.gz", "rt", encoding="utf-8") as file:
        keys: list[Key] = json.load(file)["keys"]
    return keys


@cache
def make_weights(network: str) -> dict[str, torch.Tensor]:
    """The recorded runs' random weights, by published name (without prefix). Not to be written to."""
    return {key["name"]: torch.from_numpy(_make(key, SEEDS[network])) for key in read_keys(network)}


def _make(key: Key, base_seed: int) -> NDArray[np.float32]:
    shape, gain = key["shape"], key["gain"] or 1.0
    seed = zlib.crc32(key["name"].encode()) ^ base_seed
    n = np.random.Generator(np.random.PCG64(seed)).standard_normal(size=shape)
    match key["kind"]:
        case "var":
            n = 1 + 0.1 * np.abs(n)
        case "mean":
            n = 0.1 * n
        case "gamma":
            n = 1 + 0.1 * n
            n[5::16] *= -1
            n *= gain
        case "bias":
            n = gain * n
        case "conv" | "linear":
            n -= n.mean(axis=tuple(range(1, n.ndim)), keepdims=True)
            n *= gain / math.sqrt(math.prod(shape[1:]))
        case "deconv":
            n -= n.mean(axis=0, keepdims=True)
            n *= gain / math.sqrt(shape[0] * shape[2] * shape[3] / 4)
        case kind:
            raise ValueError(f"{key['name']} is of the unknown kind {kind}")
    return n.astype(np.float32)
