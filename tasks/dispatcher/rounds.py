"""The dispatcher's rounds: bells at once, silent workers every few seconds, old pictures now and then."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

from config.settings import Settings
from tasks import metrics
from tasks.clock import system_clock
from tasks.desk import Desk
from tasks.dispatcher.relay import Relay
from tasks.errors import BrokerUnavailable, DatabaseUnavailable, StoreUnavailable
from tasks.keeping.expiry import sweep_store
from tasks.logs import get_logger
from tasks.store.store import Store

log = get_logger()

# Half of this is what a request waits for its bell on average.
POLL_SECONDS = 0.1
# After a failure, how long until the next try.
_PAUSE_SECONDS = 1.0


class Rounds:
    """Any number of dispatchers may make their rounds side by side; one is enough."""

    def __init__(self, desk: Desk, store: Store, relay: Relay, settings: Settings) -> None:
        self._desk = desk
        self._store = store
        self._relay = relay
        self._settings = settings
        self.last_round = time.monotonic()
        """When everything was last done without a failure, on the monotonic clock."""
        self._away: dict[str, str] = {}

    def run(self, stopping: threading.Event) -> None:
        """Until `stopping` is set. Whatever is away is waited for; it is told once when it goes and comes."""
        patrol = _Every(self._settings.sweep_seconds)
        cleaning = _Every(self._settings.store_sweep_seconds)
        while not stopping.is_set():
            fine = self._try("relay", self._pass_on)
            if patrol.due():
                fine &= self._try("patrol", self._patrol)
            if cleaning.due():
                fine &= self._try("cleaning", self._clean)
            if fine:
                self.last_round = time.monotonic()
            stopping.wait(POLL_SECONDS if fine else _PAUSE_SECONDS)

    def _pass_on(self) -> None:
        while self._relay.pass_on() > 0:
            pass

    def _patrol(self) -> None:
        swept = self._desk.sweep()
        metrics.swept(swept)
        for what in ("requeued", "failed", "cancelled"):
            for job_id in getattr(swept, what):
                log.warning("worker_lost", job=job_id, became=what)
        self._relay.top_up()

    def _clean(self) -> None:
        grace = timedelta(minutes=self._settings.upload_grace_minutes)
        swept = sweep_store(self._desk, self._store, system_clock(), grace)
        metrics.store_swept(swept.deleted)

    def _try(self, what: str, do: Callable[[], None]) -> bool:
        try:
            do()
        except (BrokerUnavailable, DatabaseUnavailable, StoreUnavailable) as away:
            if self._away.get(what) != away.code:
                log.error("away", doing=what, code=away.code, reason=str(away))
            self._away[what] = away.code
            return False
        if self._away.pop(what, None):
            log.info("back", doing=what)
        return True


class _Every:
    """True once in so many seconds, at once the first time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._next = 0.0

    def due(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._seconds
        return True
