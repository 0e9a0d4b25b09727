"""What is counted and measured, for Prometheus: one registry, names `giydir_*`, seconds and bytes.

Each process has its own numbers; Prometheus adds them up. What is read from the database is not here, but
collected when it is asked for (`tasks.health.standing`). No label is anything that a person wrote: a code or
model that is not known here counts as `other`. `docs/operations.md` says what to look at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from tasks.errors import DeskError, Moment

if TYPE_CHECKING:
    from tasks.records import Job, Swept

OTHER = "other"
_STEP_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_PICTURE_SECONDS = (0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 600)
_SCORES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
_MODELS = frozenset({"deep_fashion", "dress_code", "mini", "viton_hd"})

# Without the time at which each series began.
disable_created_metrics()  # type: ignore[no-untyped-call]

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)

_claims = Counter("giydir_claims", "Jobs that this worker took up.", registry=REGISTRY)
_jobs_ended = Counter(
    "giydir_jobs_ended",
    "Jobs that this process brought to their end, by outcome and by the error's code.",
    ["outcome", "code"],
    registry=REGISTRY,
)
_refusals = Counter(
    "giydir_refusals", "Requests that did not become a job, by the error's code.", ["code"], registry=REGISTRY
)
_step_seconds = Histogram(
    "giydir_step_seconds",
    "Time of one denoising step.",
    ["control", "model"],
    buckets=_STEP_SECONDS,
    registry=REGISTRY,
)
_picture_seconds = Histogram(
    "giydir_picture_seconds",
    "Time of one picture, from its claim to its end.",
    ["control", "model"],
    buckets=_PICTURE_SECONDS,
    registry=REGISTRY,
)
_last_step = Gauge(
    "giydir_last_step_timestamp_seconds", "When this worker last did a step (Unix time).", registry=REGISTRY
)
_model_load_seconds = Gauge(
    "giydir_model_load_seconds", "How long the last loading of models took.", registry=REGISTRY
)
_breaker_open = Gauge(
    "giydir_breaker_open", "1 while this worker takes no jobs after repeated failures.", registry=REGISTRY
)
_bells_rung = Counter("giydir_bells_rung", "Bells that this dispatcher rang.", registry=REGISTRY)
_leases_swept = Counter(
    "giydir_leases_swept",
    "Jobs taken from silent workers, by what became of them.",
    ["became"],
    registry=REGISTRY,
)
_store_sweeps = Counter(
    "giydir_store_sweeps", "How often expired pictures were looked for.", registry=REGISTRY
)
_store_files_deleted = Counter(
    "giydir_store_files_deleted", "Expired pictures that were deleted.", registry=REGISTRY
)

_nsfw_score = Histogram(
    "giydir_nsfw_score",
    "How sure the classifier was that a picture is not for everybody, by which picture it was.",
    ["moment"],
    buckets=_SCORES,
    registry=REGISTRY,
)

_known_codes = {"worker_lost"}


def know_codes(codes: Iterable[str]) -> None:
    """Codes of errors that are not the desk's own (the model's): labels of their own from now on."""
    _known_codes.update(codes)


def claimed() -> None:
    """This worker took a job up."""
    _claims.inc()


def job_ended(job: Job) -> None:
    """This process brought a job to its end; of a success, how long it took."""
    _jobs_ended.labels(job.state, _code(job.error_code or "")).inc()
    if (
        job.result_key is not None
        and not job.request.look
        and job.started_at is not None
        and job.ended_at is not None
    ):
        seconds = (job.ended_at - job.started_at).total_seconds()
        _picture_seconds.labels(*_kind(job)).observe(seconds)


def refused(code: str) -> None:
    """A request did not become a job, for an error with this code."""
    _refusals.labels(_code(code)).inc()


def step_made(job: Job, seconds: float) -> None:
    """A step of a job is done; it took so long."""
    _step_seconds.labels(*_kind(job)).observe(seconds)
    _last_step.set_to_current_time()


def nsfw_scored(moment: Moment, score: float) -> None:
    """The classifier looked at a picture. Nothing says whose it was."""
    _nsfw_score.labels(moment).observe(score)


def models_loaded(seconds: float) -> None:
    """Models are loaded; it took so long."""
    _model_load_seconds.set(seconds)


def breaker_open(is_open: bool) -> None:
    """Whether this worker takes no jobs, since too many failed."""
    _breaker_open.set(is_open)


def bells_rung(times: int) -> None:
    """So many bells were rung."""
    _bells_rung.inc(times)


def swept(swept: Swept) -> None:
    """What a sweep did with jobs of silent workers; those that it ended count as ended, too."""
    for became in ("requeued", "failed", "cancelled"):
        _leases_swept.labels(became).inc(len(getattr(swept, became)))
    _jobs_ended.labels("failed", "worker_lost").inc(len(swept.failed))
    _jobs_ended.labels("cancelled", "").inc(len(swept.cancelled))


def store_swept(deleted: int) -> None:
    """Expired pictures were looked for, and so many deleted."""
    _store_sweeps.inc()
    _store_files_deleted.inc(deleted)


def watch_memory(read: Callable[[], Mapping[str, int]]) -> None:
    """Ask `read` at each scrape for bytes: `models`, and `gpu` where there is one.

    A second call replaces the first. `read` is called from the health server's thread, beside a working
    model: it must not wait for that.
    """
    _memory.read = read


class _Memory:
    """Nothing, until a worker says how to read it."""

    read: Callable[[], Mapping[str, int]] | None = None

    def collect(self) -> Iterable[Metric]:
        sizes = {} if self.read is None else self.read()
        if "models" in sizes:
            yield GaugeMetricFamily(
                "giydir_resident_model_bytes", "Size of the models that this worker holds.", sizes["models"]
            )
        if "gpu" in sizes:
            yield GaugeMetricFamily("giydir_gpu_memory_bytes", "GPU memory of this worker.", sizes["gpu"])


_memory = _Memory()
REGISTRY.register(_memory)


def _kind(job: Job) -> tuple[str, str]:
    model = job.request.model
    return job.request.control, model if model in _MODELS else OTHER


def _code(code: str) -> str:
    return code if not code or code in _known_codes or code in _codes_below(DeskError) else OTHER


def _codes_below(kind: type[DeskError]) -> set[str]:
    return {kind.code}.union(*map(_codes_below, kind.__subclasses__()))
