"""The loss written down once more, by loops over tokens, heads and pixels, for one picture and one layer."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]


def plain_flow(query: F64, key: F64, grid: tuple[int, int], temperature: float) -> F64:
    """`[n, 2]`, x and y, of query, key `[heads, n, d]`; grid: rows, columns of the reference's tokens."""
    heads, n, d = query.shape
    rows, columns = grid
    flow = np.zeros((n, 2))
    for i in range(n):
        for head in range(heads):
            logits = [
                float(query[head, i] @ key[head, j]) / math.sqrt(d) / temperature for j in range(key.shape[1])
            ]
            weights = [math.exp(logit) for logit in logits]
            for j, weight in enumerate(weights):
                row, column = divmod(j, columns)
                share = weight / sum(weights) / heads
                flow[i, 0] += share * (2 * column / (columns - 1) - 1)
                flow[i, 1] += share * (2 * row / (rows - 1) - 1)
    return flow


def bilinear(image: F64, y: float, x: float) -> F64:
    """`image` `[h, w, c]` between its pixels."""
    top, left = min(int(y), image.shape[0] - 2), min(int(x), image.shape[1] - 2)
    down, right = y - top, x - left
    above = image[top, left] * (1 - right) + image[top, left + 1] * right
    below = image[top + 1, left] * (1 - right) + image[top + 1, left + 1] * right
    value: F64 = above * (1 - down) + below * down
    return value


def plain_loss(flow: F64, reference: F64, target: F64, mask: F64) -> float:
    """Mean squared difference, corners on corners: flow `[y, x, 2]`, pictures `[h, w, 3]`, mask `[h, w]`."""
    height, width = target.shape[:2]
    total = 0.0
    for y in range(height):
        for x in range(width):
            at_y = y * (flow.shape[0] - 1) / (height - 1)
            at_x = x * (flow.shape[1] - 1) / (width - 1)
            seen_x, seen_y = bilinear(flow, at_y, at_x)
            warped = bilinear(
                reference,
                (seen_y + 1) / 2 * (reference.shape[0] - 1),
                (seen_x + 1) / 2 * (reference.shape[1] - 1),
            )
            total += float(np.sum((target[y, x] * mask[y, x] - warped * mask[y, x]) ** 2))
    return total / target.size
