"""What a worker asks of whatever makes pictures: an order in, a made picture out, each step told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tasks.records import Control, GarmentType, Place, Scalar


@dataclass(frozen=True)
class Order:
    """One picture to make. `source` is the person photo that is repainted, `reference` the photo whose
    appearance is carried over (the garment; in pose transfer, the person); both as they were sent, so not
    to be trusted. `mask` is the member's own, if they drew one. A `look` makes the mask instead of a
    picture. `on_insight` is given pictures of how it was made, by name, if they are wanted. `seed`
    decides every random number. `place` is the community whose rules hold.
    """

    control: Control
    model: str
    garment_type: GarmentType | None
    source: bytes
    reference: bytes
    steps: int
    seed: int
    options: Mapping[str, Scalar] = field(default_factory=dict)
    place: Place | None = None
    mask: bytes | None = None
    look: bool = False
    on_insight: Callable[[str, bytes], None] | None = None


@dataclass(frozen=True)
class Progress:
    """`step` of `steps` are done. `preview` makes a small JPEG of the picture as far as it can be told, or
    `None` where it must not be shown."""

    step: int
    steps: int
    preview: Callable[[], bytes | None] | None = None


# Called when work begins (step 0) and after each step. What it raises ends the work, and comes out of `make`.
OnProgress = Callable[[Progress], None]


class Engine(Protocol):
    """Makes pictures, one at a time. Lives in the worker's child; whatever it holds dies with it."""

    def warm(self) -> None:
        """Load what is asked for most, before the first job comes. Raises `EngineFault`."""

    def make(self, order: Order, on_progress: OnProgress) -> bytes:
        """The picture's file, marked as made. Raises `OrderRefused`, `EngineFault`."""

    def models(self) -> Sequence[str]:
        """Names of the models whose weights are there; asked now and then from another thread."""

    def memory(self) -> Mapping[str, int]:
        """Bytes in use by name, for the metrics: `models`, and `gpu` where there is one."""


class OrderRefused(Exception):
    """No picture can be made of these photos and options, here or anywhere; `code` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class EngineFault(Exception):
    """The engine failed, by our fault; another attempt may pass. `code` says how."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
