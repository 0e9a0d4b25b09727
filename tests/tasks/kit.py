"""People, requests and a clock for the desk's tests, and a way to do things at the same moment."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Engine, func, select

from config.settings import Settings
from tasks.db.engine import reading
from tasks.db.work import ledger
from tasks.desk import Desk
from tasks.errors import DeskError
from tasks.records import Asker, Claim, Control, Job, Request

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ADA = Asker("discord", "guild", "ada")
BEN = Asker("discord", "guild", "ben")
EVE = Asker("discord", "guild", "eve")


@dataclass
class FakeClock:
    """Stands still, but for a microsecond each time it is looked at, so that no two times are equal."""

    now: datetime = NOON
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> datetime:
        with self._lock:
            self.now += timedelta(microseconds=1)
            return self.now

    def pass_time(self, **by: float) -> None:
        self.now += timedelta(**by)


_numbers = count(1)


def picture_key(account_id: int, name: str) -> str:
    """A key such as the store gives."""
    return f"{account_id}/{hashlib.sha256(name.encode()).hexdigest()}"


def result_of(claim: Claim) -> str:
    return picture_key(claim.account_id, f"result of job {claim.job.id}")


# Of the account that was entered first.
RESULT = picture_key(1, "result")


def request(request_id: str | None = None, *, account_id: int = 1, **more: Any) -> Request:
    """Of the account that was entered first, unless said else."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "request_id": request_id or f"event-{number}",
        "control": Control.TRYON,
        "model": "viton_hd",
        "source_key": picture_key(account_id, f"person {number}"),
        "reference_key": picture_key(account_id, f"garment {number}"),
        "garment_type": "upper_body",
        **more,
    }
    return Request(**values)


@dataclass
class Office:
    """A desk, its clock and its database, and shorter words for what tests do most."""

    desk: Desk
    engine: Engine
    clock: FakeClock
    settings: Settings

    def with_settings(self, **changed: Any) -> Office:
        """The same database under other settings."""
        settings = self.settings.model_copy(update=changed)
        return Office(Desk(self.engine, settings, self.clock), self.engine, self.clock, settings)

    def welcome(self, *askers: Asker) -> None:
        for asker in askers:
            self.desk.give_consent(asker.person)

    def submit(self, asker: Asker, **more: Any) -> Job:
        return self.desk.submit(asker, self.request(asker, **more)).job

    def request(self, asker: Asker, request_id: str | None = None, **more: Any) -> Request:
        """With pictures of the asker's own."""
        return request(request_id, account_id=self.desk.account(asker.person), **more)

    def claim(self) -> Claim:
        claim = self.desk.claim("worker")
        assert claim is not None
        return claim

    def make_picture(self, asker: Asker) -> Job:
        """One job from beginning to end; nothing else may be queued."""
        job = self.submit(asker)
        claim = self.claim()
        assert claim.job.id == job.id
        return self.desk.succeed(claim.token, result_of(claim))

    def served(self, how_many: int) -> list[str]:
        """Whose jobs are served next, each made at once."""
        users = []
        for _ in range(how_many):
            claim = self.claim()
            self.desk.succeed(claim.token, result_of(claim))
            users.append(claim.job.asker.user)
        return users

    def entries(self) -> list[tuple[str, str, int]]:
        """All of the ledger: business id, kind, amount."""
        with reading(self.engine) as connection:
            rows = connection.execute(
                select(ledger.c.business_id, ledger.c.kind, ledger.c.amount).order_by(ledger.c.id)
            )
            return [(row.business_id, row.kind, row.amount) for row in rows]

    def count(self, table: Any) -> int:
        with reading(self.engine) as connection:
            return connection.execute(select(func.count()).select_from(table)).scalar_one()


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Call all at the same moment, each in its own thread; a desk's error counts as what a call returned."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return call()
        except DeskError as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def kinds(results: Sequence[Any], kind: type) -> list[Any]:
    return [result for result in results if isinstance(result, kind)]
