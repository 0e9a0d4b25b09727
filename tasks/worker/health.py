"""What a monitor may ask a worker: a server in the child, beside the model, that answers while it works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks import metrics
from tasks.health import HealthServer, seen_within

if TYPE_CHECKING:
    from tasks.worker.child import Child

# Workers beside each other on one machine take the ports after the first one.
_MORE_PORTS = 31


def serve_health(child: Child) -> HealthServer | None:
    """A server on `worker_health_port`, or one of the next; `None` where that is 0. Raises `PortTaken`."""
    settings = child.settings
    if settings.worker_health_port == 0:
        return None
    # Neither database nor Redis: when one is away, no worker is ill.
    checks = {
        "models": lambda: "resting" if child.resting else None,
        "steps": seen_within(settings.stall_seconds, lambda: child.last_seen if child.busy else None),
    }
    metrics.watch_memory(child.engine.memory)
    server = HealthServer(settings.health_host, settings.worker_health_port, checks, more_ports=_MORE_PORTS)
    return server.start()
