"""What a pose network found: people with 18 joints each, and how their coordinates are read.

Joints are in COCO-18 order: nose, neck, right shoulder, elbow, wrist, left shoulder, elbow, wrist, right hip,
knee, ankle, left hip, knee, ankle, right eye, left eye, right ear, left ear; right and left are the person's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leffa.maps import NUM_KEYPOINTS

Reading = Literal["direct", "shifted"]
Array = NDArray[np.float64]

# Columns of the table of people behind its 18 ids.
TOTAL, PARTS = 18, 19
ABSENT = -1


@dataclass(frozen=True)
class Pose:
    """One person. Joints that were not found are (0, 0) with score 0."""

    keypoints: Array
    """float64 `[18, 2]`, x and y in pixels of the picture."""
    scores: Array
    """float64 `[18]`, how sure the network is of each joint: about 0 to 1."""
    score: float
    """How sure it is of the whole person; to be compared within one network only."""


@dataclass(frozen=True)
class Poses:
    """Everything that OpenPose read out of one picture."""

    candidates: Array
    """float64 `[n, 4]`: x, y, score and running id of every peak, part by part."""
    subset: Array
    """float64 `[people, 20]`: 18 candidate ids (-1 = not found), total score, number of parts."""
    people: list[Pose]
    """One for each row of `subset`. The published code always takes the first."""


def read_pose(candidates: Array, row: Array, reading: Reading) -> Pose:
    """The person of one row of the table.

    direct: each joint is the candidate that the row names. shifted: as the published code reads it, which
    is another candidate where parts have surplus peaks (`shifted_indices`).
    """
    ids = row[:NUM_KEYPOINTS].astype(np.int64).tolist()
    chosen = shifted_indices(ids, len(candidates)) if reading == "shifted" else ids
    found = np.array(chosen) != ABSENT
    values = np.zeros((NUM_KEYPOINTS, 3))
    values[found] = candidates[np.array(chosen)[found], :3]
    return Pose(values[:, :2], values[:, 2], float(row[TOTAL]))


def shifted_indices(ids: Sequence[int], candidates: int) -> list[int]:
    """Which candidate the published code takes for each joint of a person with these candidate ids.

    It edits the list of all candidates from the first joint to the last: a joint without a candidate gets a
    placeholder inserted, and where another peak stands in a joint's place, one entry is removed. Two surplus
    peaks before a joint are one removal too few, and the joints from there on belong to other peaks.
    """
    ids, entries = list(ids), list(range(candidates))
    for joint in range(NUM_KEYPOINTS):
        if ids[joint] == joint:
            continue
        if ids[joint] == ABSENT:
            entries.insert(joint, ABSENT)
            step = 1
        else:
            entries.pop(joint)
            step = -1
        ids[joint:] = [i if i == ABSENT else i + step for i in ids[joint:]]
    return entries[:NUM_KEYPOINTS]


def person_in(people: Sequence[Pose], box: Sequence[float]) -> Pose | None:
    """Who has the most joints in `box` (x1, y1, x2, y2), of several the surest; None if nobody has any."""
    corners = np.asarray(box, dtype=np.float64).reshape(2, 2)

    def joints_inside(pose: Pose) -> int:
        inside = ((pose.keypoints >= corners[0]) & (pose.keypoints <= corners[1])).all(axis=1)
        return int(np.count_nonzero(inside & (pose.scores > 0)))

    best = max(people, key=lambda pose: (joints_inside(pose), pose.score), default=None)
    return best if best is not None and joints_inside(best) else None
