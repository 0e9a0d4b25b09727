"""Names and ids of the label maps that the mask rules read: ATR, LIP and DensePose."""

from __future__ import annotations

from collections.abc import Collection
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

BoolMap = NDArray[np.bool_]
LabelMap = NDArray[np.uint8]


class Atr(IntEnum):
    """Human parsing in the ATR classes, with one more: 18, the neck, which the parser front end adds."""

    BACKGROUND = 0
    HAT = 1
    HAIR = 2
    SUNGLASSES = 3
    UPPER = 4
    SKIRT = 5
    PANTS = 6
    DRESS = 7
    BELT = 8
    LEFT_SHOE = 9
    RIGHT_SHOE = 10
    FACE = 11
    LEFT_LEG = 12
    RIGHT_LEG = 13
    LEFT_ARM = 14
    RIGHT_ARM = 15
    BAG = 16
    SCARF = 17
    NECK = 18


class Lip(IntEnum):
    """Human parsing in the LIP classes."""

    BACKGROUND = 0
    HAT = 1
    HAIR = 2
    GLOVE = 3
    SUNGLASSES = 4
    UPPER = 5
    DRESS = 6
    COAT = 7
    SOCKS = 8
    PANTS = 9
    JUMPSUIT = 10
    SCARF = 11
    SKIRT = 12
    FACE = 13
    LEFT_ARM = 14
    RIGHT_ARM = 15
    LEFT_LEG = 16
    RIGHT_LEG = 17
    LEFT_SHOE = 18
    RIGHT_SHOE = 19


ARM_NAMES = ("LEFT_ARM", "RIGHT_ARM")
LEG_NAMES = ("LEFT_LEG", "RIGHT_LEG")
SHOE_NAMES = ("LEFT_SHOE", "RIGHT_SHOE")

# DensePose part indices, 0 = background.
DENSE_TORSO = (1, 2)
DENSE_HANDS = (3, 4)
DENSE_FEET = (5, 6)
DENSE_LEGS = tuple(range(7, 15))
DENSE_ARMS = tuple(range(15, 23))
DENSE_LARGEST = 24


def where(labels: LabelMap, wanted: Collection[int]) -> BoolMap:
    """The pixels whose label is one of `wanted`."""
    chosen = np.zeros(256, dtype=np.bool_)
    chosen[list(wanted)] = True
    return chosen[labels]


def where_named(labels: LabelMap, table: type[Atr] | type[Lip], names: Collection[str]) -> BoolMap:
    """The pixels labelled with one of `names`; a name that the parser does not know has no pixels."""
    return where(labels, [table[name] for name in names if name in table.__members__])
