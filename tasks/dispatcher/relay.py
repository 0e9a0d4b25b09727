"""From the outbox to the outside: bells for workers, events for watchers, inputs of ended jobs deleted."""

from __future__ import annotations

from collections.abc import Sequence

from tasks import metrics
from tasks.broker.bells import Bells
from tasks.broker.events import Announcer, Event, Kind
from tasks.desk import Desk
from tasks.errors import StoreUnavailable
from tasks.keeping.expiry import drop_inputs
from tasks.logs import get_logger
from tasks.records import Bell, OutboxRow
from tasks.store.store import Store

log = get_logger()

_KINDS: dict[Bell, Kind] = {Bell.QUEUED: "queued", Bell.CANCELLING: "cancelling", Bell.ENDED: "ended"}


class Relay:
    """Passes on what the outbox holds. A row goes when it was told; what is told twice does no harm."""

    def __init__(self, desk: Desk, store: Store, bells: Bells, announcer: Announcer) -> None:
        self._desk = desk
        self._store = store
        self._bells = bells
        self._announcer = announcer

    def pass_on(self) -> int:
        """Tell the oldest rows, at most a hundred; their number.

        Raises `BrokerUnavailable`, `DatabaseUnavailable`: the rows stay then, and are told again.
        """
        rows = self._desk.read_outbox()
        self._ring(rows)
        for row in rows:
            self._announcer.tell(Event(_KINDS[row.bell], row.job_id))
            if row.bell is Bell.ENDED:
                self._drop_inputs(row.job_id)
        self._desk.clear_outbox(row.id for row in rows)
        return len(rows)

    def top_up(self) -> None:
        """Ring for jobs that may start and whose bell was lost, or was heard too early.

        A member's next job may start when the one before ends. Raises as `pass_on`.
        """
        missing = self._desk.startable() - self._bells.unheard()
        if missing > 0:
            self._rung(missing)

    def _ring(self, rows: Sequence[OutboxRow]) -> None:
        if queued := sum(row.bell is Bell.QUEUED for row in rows):
            self._rung(queued)
        elif any(row.bell is Bell.ENDED for row in rows):
            self.top_up()

    def _rung(self, times: int) -> None:
        self._bells.ring(times)
        metrics.bells_rung(times)

    def _drop_inputs(self, job_id: int) -> None:
        try:
            drop_inputs(self._desk, self._store, job_id)
        except StoreUnavailable as away:
            # No bell waits for the store: the sweep will find these pictures.
            log.warning("inputs_left", job=job_id, reason=str(away))
