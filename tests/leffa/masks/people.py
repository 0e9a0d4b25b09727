"""The recorded people of `tests/data/masks`: label maps, keypoints and the published masks."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

DATA = Path(__file__).parents[2] / "data" / "masks"
NAMES: list[str] = [case["name"] for case in json.loads((DATA / "index.json").read_text())["cases"]]


@cache
def array(name: str, key: str) -> NDArray[np.uint8]:
    """One array of a recorded person: `parse`, `lip`, `densepose`, `mask.hd_upper_body` ..."""
    with np.load(DATA / f"{name}.npz") as archive:
        values: NDArray[np.uint8] = archive[key]
    values.setflags(write=False)
    return values


def keypoints(name: str) -> NDArray[np.float64]:
    return array(name, "keypoints").astype(np.float64)


def as_bool(mask: Image.Image) -> NDArray[np.bool_]:
    """The repainted pixels of a mask that must be a clean 0/255 `L` picture."""
    values = np.asarray(mask)
    assert mask.mode == "L"
    assert set(np.unique(values)) <= {0, 255}
    inside: NDArray[np.bool_] = values == 255
    return inside


def iou(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    union = int((a | b).sum())
    return 1.0 if union == 0 else int((a & b).sum()) / union
