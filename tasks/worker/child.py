"""The worker's child: it alone holds a model, a database connection and the GPU. One bell at a time."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from types import FrameType

from config.settings import Settings
from tasks import metrics
from tasks.broker.connection import connect
from tasks.broker.events import Announcer
from tasks.desk import Desk
from tasks.errors import DatabaseUnavailable
from tasks.logs import get_logger
from tasks.store.store import Store
from tasks.worker.breaker import Breaker
from tasks.worker.drain import Drain
from tasks.worker.order import Engine, EngineFault, Progress
from tasks.worker.shift import Outcome, Shift

log = get_logger()

MakeEngine = Callable[[Settings], Engine]

# A bell that is heard while the breaker is open waits this long, so that bells are not used up in vain.
_NAP_SECONDS = 5.0
_GOOD = {Outcome.SUCCEEDED, Outcome.REFUSED, Outcome.CANCELLED}


class Child:
    """Made in the child, after the fork."""

    def __init__(self, settings: Settings, make_engine: MakeEngine, drain: Drain, worker: str) -> None:
        """Loads models. What they lack opens the breaker: this worker then takes no job, others do."""
        self.name = f"{worker}-{os.getpid()}"
        self.settings = settings
        self.last_seen = time.monotonic()
        """When something was last done, on the monotonic clock; for the health check."""
        self.busy = False
        self.served = 0
        """How many jobs were taken up."""
        self._drain = drain
        self._breaker = Breaker(settings.breaker_failures, settings.breaker_seconds)
        self.engine = make_engine(settings)
        self.desk = Desk.open(settings)
        self._shift = Shift(
            self.desk,
            Store.open(settings),
            self.engine,
            Announcer(connect(settings)),
            drain,
            settings,
            self.name,
            on_progress=self._seen,
        )
        self._warm()
        self._leave_on_sigterm()

    @property
    def resting(self) -> bool:
        """Whether the breaker keeps jobs away."""
        return self._breaker.wait > 0

    def hear(self) -> Outcome:
        """A bell was rung: serve one job, if there is one."""
        if (wait := self._breaker.wait) > 0:
            self._nap(min(wait, _NAP_SECONDS))
            return Outcome.NOTHING
        self.busy, self.last_seen = True, time.monotonic()
        try:
            outcome = self._shift.serve()
        except DatabaseUnavailable as away:
            log.warning("database_unavailable", reason=str(away))
            self._nap(1)
            return Outcome.NOTHING
        finally:
            self.busy, self.last_seen = False, time.monotonic()
        self.served += outcome is not Outcome.NOTHING
        self._judge(outcome)
        if self._leaving:
            raise SystemExit(0)
        return outcome

    def _seen(self, _: Progress) -> None:
        self.last_seen = time.monotonic()

    def _judge(self, outcome: Outcome) -> None:
        if outcome is Outcome.FAULT:
            if self._breaker.failed():
                log.error("breaker_open", seconds=self.settings.breaker_seconds)
        elif outcome in _GOOD:
            self._breaker.succeeded()
        metrics.breaker_open(self.resting)

    def _warm(self) -> None:
        began = time.monotonic()
        try:
            self.engine.warm()
        except EngineFault as fault:
            self._breaker.open()
            metrics.breaker_open(True)
            log.error("not_ready", code=fault.code, reason=str(fault))
        else:
            metrics.models_loaded(time.monotonic() - began)
            log.info("ready", seconds=round(time.monotonic() - began, 2))

    def _nap(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._drain.begun:
            time.sleep(0.1)

    def _leave_on_sigterm(self) -> None:
        """The parent terminates children that are not done in time: put the job back first, then go."""
        self._leaving = False

        def leave(_signal: int, _frame: FrameType | None) -> None:
            self._leaving = True
            self._drain.begin(0)
            if not self.busy:
                raise SystemExit(0)

        signal.signal(signal.SIGTERM, leave)
