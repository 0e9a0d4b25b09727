"""A stub engine: as real as needed to be killed in the middle. Seeds decide which jobs go wrong."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence

from config.settings import Settings
from tasks.worker.order import EngineFault, OnProgress, Order, OrderRefused, Progress

STEP_SECONDS = 0.01
# Shares of all jobs.
REFUSED, FAULTY, BROKEN, STUCK = 0.03, 0.03, 0.01, 0.005


class StubEngine:
    """Sleeps at each step and gives back what it was given."""

    def __init__(self, settings: Settings) -> None:
        self._stall_seconds = settings.stall_seconds

    def warm(self) -> None:
        pass

    def make(self, order: Order, on_progress: OnProgress) -> bytes:
        fate = random.Random(order.seed).random()
        on_progress(Progress(0, order.steps))
        for step in range(1, order.steps + 1):
            time.sleep(STEP_SECONDS)
            on_progress(Progress(step, order.steps, lambda: b"preview"))
        if fate < REFUSED:
            raise OrderRefused("person_not_found", "nobody in this photo")
        if fate < REFUSED + FAULTY:
            raise EngineFault("out_of_memory", "no memory left")
        if fate < REFUSED + FAULTY + BROKEN:
            raise ZeroDivisionError("a mistake of ours")
        if fate < REFUSED + FAULTY + BROKEN + STUCK:
            time.sleep(2 * self._stall_seconds)
        return order.source + b" in " + order.reference

    def models(self) -> Sequence[str]:
        return ("viton_hd", "dress_code", "deep_fashion")

    def memory(self) -> Mapping[str, int]:
        return {"models": 0}
