"""The command that makes the network that sees drawn people: `python -m leffa.training.seer --out FOLDER`.

People are drawn while it trains, so it can end at any time; what it has learned so far is written every few
minutes. The seeds of the training pictures and of the held-out ones (`leffa.evaluation`) do not overlap.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor
from tqdm import tqdm

from leffa.preprocessing.drawn.network import BLOCK, DRAWN_LABELS, FRAME, STRIDE, Logits, Seer
from leffa.preprocessing.drawn.weights import PROVENANCE, WEIGHTS, load_seer
from leffa.training.snapshots import Grounds, Snapshot, draw_snapshots, spoil

FIRST_TRAINING_SEED = 1_000_000
_FOLDERS = ("out", "resume")
GROUNDS = 80
AT_FIRST = 24  # people drawn before the first step
KEEP_MINUTES = 4.0
WARM_UP = 0.03  # share of the time in which the learning rate rises
# Of a joint's place, in places: how far a neighbour counts as right, too.
SPREAD = 0.8
_PARTS_WEIGHT, _JOINTS_WEIGHT = 0.5, 0.12


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="leffa.training.seer", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder to write the weights to")
    parser.add_argument("--resume", type=Path, help="go on from these weights, an --out of an earlier call")
    parser.add_argument("--minutes", type=float, default=25.0, help="how long to train")
    parser.add_argument("--people", type=int, default=3000, help="draw no more than this many")
    parser.add_argument("--batch-size", type=int, default=4)
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    seer = Seer()
    if options.resume is not None:
        seer.load_state_dict(load_seer(options.resume / WEIGHTS).state_dict())
    _train(seer, options)


def _train(seer: Seer, options: argparse.Namespace) -> None:
    rng = np.random.default_rng(options.seed)
    grounds = Grounds.draw(FIRST_TRAINING_SEED, GROUNDS)
    first_seed = _first_seed(options)
    people = AT_FIRST
    drawn = [one for number in range(people) for one in draw_snapshots(first_seed + number)]
    seer.train()
    optimizer = torch.optim.AdamW(seer.parameters(), options.learning_rate, weight_decay=0.02)
    start = kept = time.monotonic()
    average = 0.0
    with tqdm(desc="seer", mininterval=20) as bar:
        for step in count(1):
            done = (time.monotonic() - start) / 60 / options.minutes
            if done >= 1 and step > 1:
                break
            for group in optimizer.param_groups:
                group["lr"] = options.learning_rate * _pace(done)
            if step % 2 and people < options.people:
                drawn += draw_snapshots(first_seed + people)
                people += 1
            chosen = rng.integers(len(drawn), size=options.batch_size)
            pictures = [spoil(drawn[index], grounds, rng) for index in chosen]
            loss = _loss(seer(_to_input(pictures)), pictures)
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            torch.nn.utils.clip_grad_norm_(seer.parameters(), 1.0)
            optimizer.step()
            average += (loss.item() - average) * max(0.02, 1 / step)
            bar.set_postfix(loss=f"{average:.4f}", people=people, refresh=False)
            bar.update()
            if time.monotonic() - kept > KEEP_MINUTES * 60:
                kept = time.monotonic()
                _save(seer, options, step, people)
    _save(seer, options, step - 1, people)


def _first_seed(options: argparse.Namespace) -> int:
    """Another seed sees other people."""
    return FIRST_TRAINING_SEED + int(options.seed) * int(options.people)


def _pace(done: float) -> float:
    """The learning rate over the time, of its maximum."""
    return min(1.0, 0.05 + done / WARM_UP, 0.5 + 0.5 * math.cos(math.pi * min(done, 1.0)))


def _to_input(pictures: list[Snapshot]) -> Tensor:
    stacked = torch.from_numpy(np.stack([picture.image for picture in pictures]))
    # Already in the order of channels_last.
    return stacked.permute(0, 3, 1, 2).float() / 255


def _loss(logits: Logits, pictures: list[Snapshot]) -> Tensor:
    index = np.zeros(256, np.uint8)
    index[list(DRAWN_LABELS)] = np.arange(len(DRAWN_LABELS))
    labels = _in_blocks(index[np.stack([picture.atr for picture in pictures])])
    parts = _in_blocks(np.stack([picture.densepose for picture in pictures]))
    places = torch.from_numpy(np.stack([joint_places(picture.keypoints) for picture in pictures]))
    joints = -(places * F.log_softmax(logits.joints, dim=1)).sum(dim=1).mean()
    return (
        F.cross_entropy(logits.labels.flatten(0, 3), labels)
        + _PARTS_WEIGHT * F.cross_entropy(logits.parts.flatten(0, 3), parts)
        + _JOINTS_WEIGHT * joints
    )


def _in_blocks(labels: NDArray[np.uint8]) -> Tensor:
    """Labels `[n, h, w]` one after the other, in the order of `Logits.labels`."""
    n, h, w = labels.shape
    blocks = labels.reshape(n, h // BLOCK, BLOCK, w // BLOCK, BLOCK).transpose(0, 1, 3, 2, 4)
    return torch.from_numpy(blocks.astype(np.int64)).flatten()


def joint_places(keypoints: NDArray[np.float64]) -> NDArray[np.float32]:
    """Where the joints are, as shares of 1: float32 `[places + 1, 18]`, like `Logits.joints`."""
    columns, rows = FRAME[0] // STRIDE, FRAME[1] // STRIDE
    at = (keypoints + 0.5) / STRIDE - 0.5
    across = np.exp(-0.5 * ((np.arange(columns) - at[:, :1]) / SPREAD) ** 2)
    down = np.exp(-0.5 * ((np.arange(rows) - at[:, 1:]) / SPREAD) ** 2)
    places = (down[:, :, None] * across[:, None, :]).reshape(len(keypoints), -1)
    absent = (keypoints <= 0).all(axis=1, keepdims=True)
    places = np.where(absent, 0.0, places / places.sum(axis=1, keepdims=True))
    return np.concatenate([places, absent], axis=1).astype(np.float32).T.copy()


def _save(seer: Seer, options: argparse.Namespace, steps: int, people: int) -> None:
    first_seed = _first_seed(options)
    weights = {key: value.detach().half().contiguous() for key, value in seer.state_dict().items()}
    save_file(weights, options.out / WEIGHTS)
    provenance = {
        "made_by": "python -m leffa.training.seer",
        "options": {key: value for key, value in vars(options).items() if key not in _FOLDERS},
        "training_seeds": [first_seed, first_seed + people - 1],
        "steps_done": steps,
        "parameters": sum(parameter.numel() for parameter in seer.parameters()),
        "data": "synthetic people drawn by leffa.synthetic; no photo and no published weight was used",
        "date": datetime.now(UTC).date().isoformat(),
        "torch": torch.__version__.split("+")[0],
    }
    if options.resume is not None:
        earlier = (options.resume / PROVENANCE).read_text(encoding="utf-8")
        provenance["went_on_from"] = json.loads(earlier)
    text = json.dumps(provenance, indent=2) + "\n"
    (options.out / PROVENANCE).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
