"""A worker's word that it is there, every few seconds, from a thread of its own: idle or at work."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tasks.errors import DatabaseUnavailable
from tasks.logs import get_logger
from tasks.records import WorkerReport

if TYPE_CHECKING:
    from tasks.worker.child import Child

log = get_logger()

SECONDS = 15.0


class Presence:
    """Nothing hangs on it but what the operator sees: where the database is away, the next word will do."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._tell_on, name="presence", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """The worker leaves: it is no longer there."""
        self._leaving.set()
        self._thread.join(SECONDS)
        try:
            self._child.desk.worker_left(self._child.name)
        except DatabaseUnavailable as away:
            log.debug("presence_untold", reason=str(away))

    def _tell_on(self) -> None:
        while True:
            try:
                self._child.desk.report_worker(self._said())
            except DatabaseUnavailable as away:
                log.debug("presence_untold", reason=str(away))
            if self._leaving.wait(SECONDS):
                return

    def _said(self) -> WorkerReport:
        child, sizes = self._child, self._child.engine.memory()
        return WorkerReport(
            name=child.name,
            resting=child.resting,
            models=child.engine.models(),
            served=child.served,
            model_bytes=sizes.get("models"),
            gpu_bytes=sizes.get("gpu"),
        )
