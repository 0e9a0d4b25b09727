"""An engine that does as it is told, and a worker's shift around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from tasks.broker.connection import connect
from tasks.broker.events import Announcer
from tasks.records import Asker, Job
from tasks.store.store import Store
from tasks.worker.drain import Drain
from tasks.worker.order import OnProgress, Order, Progress
from tasks.worker.shift import Shift
from tests.tasks.kit import Office

PERSON, GARMENT, PICTURE = b"a person", b"a garment", b"the picture"


@dataclass
class ToldEngine:
    """Makes as many steps as the order says, calls `at_step` before each is told, and then `ending`."""

    at_step: Callable[[int], None] = lambda _: None
    ending: Callable[[], None] = lambda: None
    orders: list[Order] = field(default_factory=list)

    def warm(self) -> None:
        pass

    def make(self, order: Order, on_progress: OnProgress) -> bytes:
        self.orders.append(order)
        for step in range(order.steps + 1):
            self.at_step(step)
            on_progress(Progress(step, order.steps, lambda: b"preview"))
        self.ending()
        return PICTURE

    def models(self) -> Sequence[str]:
        return ()

    def memory(self) -> Mapping[str, int]:
        return {}


@dataclass
class Workshop:
    """A desk, a store, and one worker's shift at them."""

    office: Office
    store: Store
    engine: ToldEngine
    drain: Drain
    shift: Shift

    def submit(self, asker: Asker, **more: Any) -> Job:
        account = self.office.desk.account(asker.person)
        keys = {
            "source_key": self.store.put(account, PERSON),
            "reference_key": self.store.put(account, GARMENT),
        }
        return self.office.submit(asker, steps=4, **{**keys, **more})

    def job(self, job: Job) -> Job:
        return self.office.desk.job(job.id)


def workshop(office: Office, folder: Path, redis_url: str, **changed: Any) -> Workshop:
    urls = {"store_url": SecretStr(f"file://{folder}/store"), "redis_url": SecretStr(redis_url)}
    office = office.with_settings(**urls, **changed)
    store, engine, drain = Store.open(office.settings), ToldEngine(), Drain()
    announcer = Announcer(connect(office.settings))
    shift = Shift(office.desk, store, engine, announcer, drain, office.settings, "worker")
    return Workshop(office, store, engine, drain, shift)
