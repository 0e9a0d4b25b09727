"""The recorded runs of DensePose R-CNN, and the network with their weights."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from leffa.preprocessing.densepose.network import ChartLogits, DensePoseRCNN
from leffa.preprocessing.densepose.predictor import DensePose
from leffa.preprocessing.densepose.weights import convert_state
from tests.leffa.preprocessing.recipe import DATA, make_weights

FOLDER = DATA / "densepose"
Arrays = dict[str, NDArray[Any]]


@cache
def load(name: str) -> Arrays:
    """One recorded file. Not to be written to."""
    with np.load(FOLDER / name, allow_pickle=False) as file:
        return {key: file[key] for key in file.files}


def make_densepose() -> DensePose:
    """A model of one's own, with the recorded weights."""
    with torch.device("meta"):
        network = DensePoseRCNN()
    network.load_state_dict(dict(convert_state(make_weights("densepose").__getitem__)), assign=True)
    return DensePose(network)


def drawn_logits(case: str) -> ChartLogits:
    """The drawn charts of "c0" (one person) or "c1" (two). U, V that no pixel reads are 31.25."""
    arrays = load("chart.npz")
    quanta = (("S_q16", 16), ("I_q16", 16), ("U_q1024", 1024), ("V_q1024", 1024))
    return ChartLogits(
        *(torch.from_numpy(arrays[f"{case}_{name}"].astype(np.float32) / quantum) for name, quantum in quanta)
    )


def person(logits: ChartLogits, index: int) -> ChartLogits:
    return ChartLogits(*(maps[index : index + 1] for maps in logits))


def assert_close(found: torch.Tensor, recorded: NDArray[Any], limit: float = 1e-4) -> None:
    """Equal but for `limit` of the largest recorded value."""
    assert tuple(found.shape) == recorded.shape
    difference = np.abs(found.detach().numpy().astype(np.float64) - recorded).max()
    assert difference <= limit * np.abs(recorded).max()
