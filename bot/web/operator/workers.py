"""What workers of this machine say of themselves, by the metrics that they serve for monitors."""

from __future__ import annotations

import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPException

from prometheus_client.parser import text_string_to_metric_families

from config.settings import Settings

# As many as a worker tries: workers beside each other take the next ports.
_PORTS = 32
_SECONDS = 1.0
_MOST_BYTES = 1_000_000
_DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Worker:
    """Bytes, or `None` where it does not say; `resting` after repeated failures."""

    port: int
    claims: int
    models: float | None
    gpu: float | None
    resting: bool


def workers_here(settings: Settings) -> Sequence[Worker]:
    """The workers on `worker_health_port` and the ports after it; none where that is off."""
    first = settings.worker_health_port
    if not first:
        return ()
    found = []
    for port in range(first, min(first + _PORTS, 65_536)):
        if (text := _metrics(settings.health_host, port)) is None:
            break  # They take the first that is free, so there is none after a gap, but for one that ended.
        values = {
            sample.name: sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }
        if "giydir_claims_total" in values:
            found.append(
                Worker(
                    port,
                    int(values["giydir_claims_total"]),
                    values.get("giydir_resident_model_bytes"),
                    values.get("giydir_gpu_memory_bytes"),
                    bool(values.get("giydir_breaker_open")),
                )
            )
    return found


def _metrics(host: str, port: int) -> str | None:
    address = f"[{host}]" if ":" in host else host
    try:
        with _DIRECTLY.open(f"http://{address}:{port}/metrics", timeout=_SECONDS) as answer:
            return bytes(answer.read(_MOST_BYTES)).decode(errors="replace")
    except (OSError, HTTPException):
        return None
