"""Members who ask for pictures, sometimes twice for the same one, change their minds, and get answers."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from tasks.desk import Desk
from tasks.errors import (
    BrokerUnavailable,
    DatabaseUnavailable,
    DeskError,
    Refused,
    StoreUnavailable,
    WrongState,
)
from tasks.records import Asker, Control, Request
from tasks.store.store import Store

Result = TypeVar("Result")

PLATFORMS = ("discord", "telegram")
CANCELLED, REPEATED, AT_ONCE = 0.05, 0.2, 0.1
STEPS = 5


@dataclass
class Seen:
    """What members saw of the desk; the truth that the database is held against afterwards."""

    accepted: dict[str, int] = field(default_factory=dict)
    """Job by the platform's id of the event."""
    refused: Counter[str] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)
    """How often each job's answer was given, by `mark_delivered` saying that it was the first."""
    contradictions: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Crowd:
    """Members with threads of their own; every call is repeated until the database is back."""

    def __init__(self, desk: Desk, store: Store, *, members: int, jobs: int, seed: int) -> None:
        self.seen = Seen()
        self._desk = desk
        self._store = store
        self._jobs = jobs
        self._seed = seed
        self._crowd = [
            Asker(PLATFORMS[number % 2], f"community {number % 5}", f"member {number}")
            for number in range(members)
        ]
        self._accounts: dict[Asker, int] = {}
        self.delivering = threading.Event()

    def welcome(self) -> None:
        for asker in self._crowd:
            self._desk.give_consent(asker.person)
            self._accounts[asker] = self._desk.account(asker.person)

    def ask(self, threads: int = 8) -> None:
        """All requests, from several threads; returns when each was accepted or refused for good."""
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(self._ask_one, range(self._jobs)))

    def deliver(self, platform: str) -> None:
        """A front end's loop, until `delivering` is set; several may run at once."""
        while not self.delivering.is_set():
            for job in insist(lambda: self._desk.undelivered(platform)):
                if insist(lambda job_id=job.id: self._desk.mark_delivered(job_id)):  # type: ignore[misc]
                    with self.seen.lock:
                        self.seen.answers[job.id] += 1
            time.sleep(0.1)

    def _ask_one(self, number: int) -> None:
        chance = random.Random(f"{self._seed} {number}")
        asker = chance.choice(self._crowd)
        event = f"event {number}"
        request = self._request(asker, event, chance, number)
        again = 2 if chance.random() < REPEATED else 1
        if chance.random() < AT_ONCE:
            with ThreadPoolExecutor(3) as pool:
                jobs = list(pool.map(lambda _: self._submit(asker, request), range(3)))
        else:
            jobs = [self._submit(asker, request) for _ in range(again)]
        accepted = {job for job in jobs if job is not None}
        with self.seen.lock:
            if len(accepted) > 1:
                self.seen.contradictions.append(f"{event} became jobs {sorted(accepted)}")
            for job_id in accepted:
                self.seen.accepted[event] = job_id
        if accepted and chance.random() < CANCELLED:
            self._cancel(accepted.pop(), asker)

    def _request(self, asker: Asker, event: str, chance: random.Random, number: int) -> Request:
        account = self._accounts[asker]
        return Request(
            request_id=event,
            control=Control.TRYON,
            model="viton_hd",
            garment_type="upper_body",
            source_key=insist(lambda: self._store.put(account, f"person {number}".encode())),
            reference_key=insist(lambda: self._store.put(account, f"garment {number % 50}".encode())),
            steps=STEPS,
            options={"seed": chance.randrange(2**31)},
        )

    def _submit(self, asker: Asker, request: Request) -> int | None:
        while True:
            try:
                return insist(lambda: self._desk.submit(asker, request)).job.id
            except Refused as refused:
                with self.seen.lock:
                    self.seen.refused[refused.code] += 1
                if refused.code not in ("too_many_jobs", "queue_full"):
                    return None
                time.sleep(0.2)  # As a member would: come again when there is room.

    def _cancel(self, job_id: int, asker: Asker) -> None:
        try:
            insist(lambda: self._desk.cancel(job_id, asker.person))
        except WrongState:
            pass  # It has ended meanwhile.
        except DeskError as error:
            with self.seen.lock:
                self.seen.contradictions.append(f"cancelling job {job_id}: {error!r}")


def insist(call: Callable[[], Result]) -> Result:
    """As a front end does: what is away comes back, and every call may be made again."""
    while True:
        try:
            return call()
        except (DatabaseUnavailable, BrokerUnavailable, StoreUnavailable):
            time.sleep(0.1)
