"""From candidate joints to people: which pairs are limbs, and which limbs belong together.

Part affinity fields (arXiv 1611.08050) point along each limb; greedy matching and assembly are those of the
published code, whose first person in the table depends on their order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leffa.maps import NUM_KEYPOINTS
from leffa.preprocessing.pose.poses import ABSENT, PARTS, TOTAL

Array = NDArray[np.float64]


class Limb(NamedTuple):
    """Two parts (COCO-18) and the field's channel along x; the next channel is along y."""

    a: int
    b: int
    field: int


LIMBS = tuple(
    Limb(*limb)
    for limb in (
        (1, 2, 12), (1, 5, 20), (2, 3, 14), (3, 4, 16), (5, 6, 22), (6, 7, 24),
        (1, 8, 0), (8, 9, 2), (9, 10, 4), (1, 11, 6), (11, 12, 8), (12, 13, 10),
        (1, 0, 28), (0, 14, 30), (14, 16, 34), (0, 15, 32), (15, 17, 36),
        (2, 16, 18), (5, 17, 26),
    )
)  # fmt: skip
# The last two, shoulder to ear, join what is there but make no new person.
_FOUNDING_LIMBS = 17

POINTS = 10
LOWEST_DOT = 0.05
# More than this many points of a limb must follow the field.
_POINTS_NEEDED = 8
FEWEST_PARTS = 4
LOWEST_MEAN = 0.4


def connect(parts: Sequence[Array], field_of: Callable[[int], NDArray[np.float32]]) -> list[Array]:
    """For each of the 19 limbs the accepted pairs `[k, 3]`: id a, id b, score.

    parts: peaks of each part, as `find_peaks` makes them. field_of: a channel's number (0..37) to its map
    `[h, w]` at the picture's size. Pairs are taken by falling score, each peak once; of equal scores the
    earlier peaks come first.
    """
    connections: list[Array] = []
    for limb in LIMBS:
        from_, to = parts[limb.a], parts[limb.b]
        if len(from_) and len(to):
            field = field_of(limb.field), field_of(limb.field + 1)
            matches = _match(_limb_scores(from_[:, :2], to[:, :2], *field))
        else:
            matches = []
        accepted = [(from_[i, 3], to[j, 3], score) for i, j, score in matches]
        connections.append(np.array(accepted, dtype=np.float64).reshape(-1, 3))
    return connections


def assemble(candidates: Array, connections: Sequence[Array]) -> Array:
    """The table of people `[n, 20]`: 18 candidate ids (-1 = not found), total score, number of parts.

    candidates: `[n, 4]`, all peaks. Weak people and those of fewer than four parts are left out.
    """
    people: list[Array] = []
    for index, (limb, connection) in enumerate(zip(LIMBS, connections, strict=True)):
        for a, b, score in connection.tolist():
            holders = [i for i, row in enumerate(people) if row[limb.a] == a or row[limb.b] == b]
            gained = candidates[int(b), 2] + score
            # Never three, on which the published code would fail: a candidate is in one pair of a limb, and
            # only the last two limbs can give one to two people.
            match holders:
                case [i]:
                    if people[i][limb.b] != b:
                        _set_part(people[i], limb.b, b, gained)
                case [i, j] if _disjoint(people[i], people[j]):
                    _merge(people[i], people.pop(j), score)
                case [i, _]:
                    _set_part(people[i], limb.b, b, gained)
                case [] if index < _FOUNDING_LIMBS:
                    people.append(_found(limb, a, b, candidates[int(a), 2] + candidates[int(b), 2] + score))
    kept = [row for row in people if row[PARTS] >= FEWEST_PARTS and row[TOTAL] / row[PARTS] >= LOWEST_MEAN]
    return np.array(kept, dtype=np.float64).reshape(-1, NUM_KEYPOINTS + 2)


def _limb_scores(
    from_: Array, to: Array, field_x: NDArray[np.float32], field_y: NDArray[np.float32]
) -> Array:
    """How well the field follows the line from each of `from_` `[n, 2]` to each of `to` `[m, 2]`: `[n, m]`.

    The mean over ten points, less a penalty for limbs longer than half the picture's height; 0 where too few
    points follow it.
    """
    vectors = to[None] - from_[:, None]  # [n, m, 2]
    # Two parts on the same pixel have no direction, and so no score.
    lengths = np.maximum(np.sqrt((vectors**2).sum(axis=2)), 0.001)
    units = vectors / lengths[..., None]
    dots = []
    for i in range(POINTS):
        points = np.rint(from_[:, None] + vectors * (i / (POINTS - 1))).astype(np.int64)
        x, y = points[..., 0], points[..., 1]
        dots.append(field_x[y, x] * units[..., 0] + field_y[y, x] * units[..., 1])
    penalty = np.minimum(0.5 * len(field_x) / lengths - 1, 0)
    # Added one after the other, as published: NumPy's own sum rounds otherwise.
    scores = reduce(np.add, dots) / POINTS + penalty
    followed = np.count_nonzero(np.array(dots) > LOWEST_DOT, axis=0) > _POINTS_NEEDED
    return np.where(followed, scores, 0.0)


def _match(scores: Array) -> list[tuple[int, int, float]]:
    """Rows and columns of the positive scores, the highest first, each row and column once."""
    pairs = np.argwhere(scores > 0)
    order = np.argsort(-scores[pairs[:, 0], pairs[:, 1]], kind="stable")
    rows: set[int] = set()
    columns: set[int] = set()
    matches: list[tuple[int, int, float]] = []
    for i, j in pairs[order].tolist():
        if i not in rows and j not in columns:
            rows.add(i)
            columns.add(j)
            matches.append((i, j, float(scores[i, j])))
    return matches


def _found(limb: Limb, a: float, b: float, total: float) -> Array:
    row = np.full(NUM_KEYPOINTS + 2, float(ABSENT))
    row[limb.a], row[limb.b], row[TOTAL], row[PARTS] = a, b, total, 2
    return row


def _set_part(row: Array, part: int, candidate: float, gained: float) -> None:
    # As published: a part that the person already has is counted once more.
    row[part] = candidate
    row[TOTAL] += gained
    row[PARTS] += 1


def _disjoint(one: Array, other: Array) -> bool:
    return not ((one[:NUM_KEYPOINTS] != ABSENT) & (other[:NUM_KEYPOINTS] != ABSENT)).any()


def _merge(row: Array, other: Array, limb_score: float) -> None:
    row[:NUM_KEYPOINTS] = np.maximum(row[:NUM_KEYPOINTS], other[:NUM_KEYPOINTS])
    row[TOTAL:] += other[TOTAL:]
    row[TOTAL] += limb_score
