"""One storm from beginning to end: members ask while everything breaks, then calm, then the verdict."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tasks.db.engine import open_engine
from tasks.errors import DatabaseUnavailable
from tests.tasks.chaos.crowd import PLATFORMS, Crowd
from tests.tasks.chaos.monkey import Monkey
from tests.tasks.chaos.stage import Stage, set_up
from tests.tasks.chaos.verdict import Verdict, judge

# Front ends that deliver the same answers side by side.
_DELIVERERS = 2


@dataclass(frozen=True)
class Storm:
    """How hard it blows. The seed decides what members do and what breaks; the clock decides the rest."""

    jobs: int
    members: int = 40
    member_limit: int = 1000
    workers: int = 3
    dispatchers: int = 2
    seed: int = 1
    pause: tuple[float, float] = (0.2, 1.2)
    """Seconds between two things that break."""
    calm_seconds: float = 120


@dataclass(frozen=True)
class Report:
    """What happened: of members, of processes, of jobs; and how long it took."""

    accepted: int
    refused: Counter[str]
    deeds: Counter[str]
    verdict: Verdict
    asking_seconds: float
    seconds: float


def blow(storm: Storm, folder: Path, database_url: str) -> Report:
    """Raises `TimeoutError` where jobs have not all ended some time after the storm."""
    began = time.monotonic()
    with set_up(
        folder,
        database_url,
        workers=storm.workers,
        dispatchers=storm.dispatchers,
        member_limit=storm.member_limit,
    ) as stage:
        crowd = Crowd(stage.desk, stage.store, members=storm.members, jobs=storm.jobs, seed=storm.seed)
        crowd.welcome()
        deliverers = [
            threading.Thread(target=crowd.deliver, args=(platform,), daemon=True)
            for platform in PLATFORMS
            for _ in range(_DELIVERERS)
        ]
        for thread in deliverers:
            thread.start()
        monkey = Monkey(stage.stack, open_engine(database_url), storm.seed, storm.pause)
        with monkey:
            crowd.ask()
            asked = time.monotonic() - began
            _wait(stage, share_left=0.1, jobs=storm.jobs, until=time.monotonic() + 3600)
        _wait(stage, share_left=0.0, jobs=storm.jobs, until=time.monotonic() + storm.calm_seconds)
        crowd.delivering.set()
        for thread in deliverers:
            thread.join()
        verdict = judge(stage, crowd.seen)
        return Report(
            accepted=len(crowd.seen.accepted),
            refused=crowd.seen.refused,
            deeds=monkey.deeds,
            verdict=verdict,
            asking_seconds=asked,
            seconds=time.monotonic() - began,
        )


def _wait(stage: Stage, *, share_left: float, jobs: int, until: float) -> None:
    """Until as few jobs are unfinished, undelivered or untold."""
    while True:
        try:
            left = sum(
                len(stage.desk.unfinished(platform, limit=jobs))
                + len(stage.desk.undelivered(platform, limit=jobs))
                for platform in PLATFORMS
            ) + len(stage.desk.read_outbox())
        except DatabaseUnavailable:
            left = jobs
        if left <= share_left * jobs:
            return
        if time.monotonic() > until:
            raise TimeoutError(f"{left} jobs, answers or bells were left; see {stage.log}")
        time.sleep(0.5)
