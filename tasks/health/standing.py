"""The desk's figures as metrics, read when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from tasks.records import Figures


@dataclass(frozen=True)
class Standing:
    """A collector of one reading; `figures` is None where the database did not answer in time."""

    figures: Figures | None

    def collect(self) -> Iterator[Metric]:
        yield _gauge("database_up", "1 if the database answered in time.", self.figures is not None)
        if (now := self.figures) is None:
            return
        jobs = GaugeMetricFamily("giydir_jobs", "Jobs that have not ended, by state.", labels=["state"])
        jobs.add_metric(["queued"], now.queued)
        jobs.add_metric(["running"], now.running)
        yield jobs
        yield _gauge("jobs_held", "Queued jobs of paused communities.", now.held)
        yield _gauge("jobs_undelivered", "Ended jobs whose member was not told yet.", now.undelivered)
        yield _gauge("outbox_rows", "Bells that are written but not rung yet.", now.untold)
        yield _gauge(
            "oldest_queued_seconds",
            "Age of the oldest queued job that is not held.",
            now.oldest_queued_seconds,
        )
        yield _gauge(
            "oldest_heartbeat_seconds",
            "How long the most silent worker of a running job has been silent.",
            now.oldest_heartbeat_seconds,
        )
        yield _gauge(
            "oldest_undelivered_seconds",
            "How long the oldest answer is owed.",
            now.oldest_undelivered_seconds,
        )
        yield _gauge("oldest_outbox_seconds", "Age of the oldest bell not rung.", now.oldest_untold_seconds)
        yield _gauge("queue_paused", "1 while the operator has paused the queue.", now.paused)
        yield _gauge("communities_paused", "Communities that are paused.", now.communities_paused)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"giydir_{name}", meaning, float(value))
