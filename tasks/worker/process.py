"""The worker as a process: Celery's prefork pool with one child, which is where the model lives.

The parent only hears bells. It never imports PyTorch: a process that has touched CUDA must not fork. Several
GPUs are several workers, each told its device by `GIYDIR_DEVICE` or `CUDA_VISIBLE_DEVICES`.
"""

from __future__ import annotations

import os
import signal
import socket
from typing import Any

from celery import Celery, signals

from config.settings import Settings
from tasks.broker.application import BELL, make_application
from tasks.errors import DeskError, SettingMissing
from tasks.logs import configure_logging, get_logger, keep_root_logger
from tasks.worker.child import Child, MakeEngine
from tasks.worker.drain import Drain
from tasks.worker.health import serve_health
from tasks.worker.presence import Presence

log = get_logger()


def run_worker(settings: Settings, make_engine: MakeEngine, name: str | None = None) -> int:
    """Work until SIGTERM (or Ctrl-C); the exit code. A second SIGTERM changes nothing, SIGQUIT hurries.

    SIGTERM: no further job; the one in hand is finished within `drain_seconds`, or else put back. Raises
    `SettingMissing` before it begins.
    """
    if settings.secret_key is None:
        raise SettingMissing("GIYDIR_SECRET_KEY is needed to read pictures; it is the same for all processes")
    worker = name or f"{socket.gethostname()}-{os.getpid()}"
    configure_logging(settings, "worker", worker=worker)
    application = make_application(settings)
    drain = Drain()
    crew = _Crew(settings, make_engine, drain, worker)
    crew.attach(application)
    pool = application.Worker(
        hostname=f"{worker}@{socket.gethostname()}",
        loglevel=settings.log_level,
        quiet=True,  # no banner: standard output is not a log
        without_gossip=True,
        without_mingle=True,
    )
    pool.start()
    return int(pool.exitcode or 0)


class _Crew:
    """Connects Celery's signals to the child. Celery keeps weak references: somebody must hold this."""

    def __init__(self, settings: Settings, make_engine: MakeEngine, drain: Drain, worker: str) -> None:
        self._settings = settings
        self._make_engine = make_engine
        self._drain = drain
        self._worker = worker
        self._child: Child | None = None
        self._presence: Presence | None = None

    def attach(self, application: Celery) -> None:
        application.task(self._hear, name=BELL)
        signals.setup_logging.connect(keep_root_logger)
        signals.worker_process_init.connect(self._begin)
        signals.worker_process_shutdown.connect(self._end)
        signals.worker_shutting_down.connect(self._drain_now)

    def _begin(self, **_: Any) -> None:
        try:
            self._child = Child(self._settings, self._make_engine, self._drain, self._worker)
            serve_health(self._child)
            self._presence = Presence(self._child)
            self._presence.start()
        except DeskError as error:
            # Celery would log it and go on with a child that can do nothing.
            log.critical("cannot_begin", code=error.code, reason=str(error))
            os.kill(os.getppid(), signal.SIGTERM)

    def _end(self, **_: Any) -> None:
        if self._presence is not None:
            self._presence.end()

    def _drain_now(self, **_: Any) -> None:
        log.info("draining", seconds=self._settings.drain_seconds)
        self._drain.begin(self._settings.drain_seconds)

    def _hear(self) -> str:
        assert self._child is not None
        return self._child.hear()
