"""One job from the claim to its end: fetched, made, stored, told. Whatever happens, it is told once."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum

from celery.exceptions import SoftTimeLimitExceeded

from config.settings import Settings
from tasks import metrics
from tasks.broker.events import Announcer, Event
from tasks.desk import Desk
from tasks.errors import (
    DatabaseUnavailable,
    DeskError,
    NotOwner,
    PictureDamaged,
    PictureMissing,
    PictureTooLarge,
    StaleToken,
    StoreUnavailable,
)
from tasks.logs import get_logger, job_context
from tasks.records import Claim, Job, Scalar
from tasks.store.store import Store
from tasks.worker.drain import Drain
from tasks.worker.heart import Heart
from tasks.worker.order import Engine, EngineFault, OnProgress, Order, OrderRefused, Progress

log = get_logger()

# How often watchers are told of a step at most, and shown a preview.
TELL_SECONDS = 0.25
PREVIEW_SECONDS = 1.0
# How long a finished picture waits for a database that is away.
PATIENCE_SECONDS = 300.0
# The option by which pictures of the making are kept, too.
INSIGHT = "insight"
# Options that are not the engine's.
_OURS = ("seed", INSIGHT)
ENGINE_FAILED = "engine_failed"
TOO_SLOW = "too_slow"


class Outcome(StrEnum):
    """What became of one bell."""

    NOTHING = "nothing"
    SUCCEEDED = "succeeded"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    GIVEN_BACK = "given_back"
    FAULT = "fault"
    LOST = "lost"


class _Stopped(Exception):
    """Raised out of the engine at a step: why is in `outcome`."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class Shift:
    """Serves jobs, one call for each; in the thread that owns the engine."""

    def __init__(
        self,
        desk: Desk,
        store: Store,
        engine: Engine,
        announcer: Announcer,
        drain: Drain,
        settings: Settings,
        worker: str,
        on_progress: OnProgress | None = None,
    ) -> None:
        """on_progress: told of whatever the engine tells."""
        self._desk = desk
        self._store = store
        self._engine = engine
        self._announcer = announcer
        self._drain = drain
        self._settings = settings
        self._worker = worker
        self._on_progress = on_progress

    def serve(self) -> Outcome:
        """Claim the next job, bring it to its end. Raises `DatabaseUnavailable` if none could be claimed."""
        if self._drain.begun or (claim := self._desk.claim(self._worker)) is None:
            return Outcome.NOTHING
        with job_context(claim.job.id, claim.job.attempt):
            metrics.claimed()
            log.info("claimed", control=claim.job.request.control, model=claim.job.request.model)
            began = time.monotonic()
            self._announcer.tell(Event("started", claim.job.id, 0, claim.job.request.steps))
            outcome = self._work(claim)
            log.info("left", outcome=outcome, seconds=round(time.monotonic() - began, 2))
            return outcome

    def _work(self, claim: Claim) -> Outcome:
        """The one place where errors of a job become its end."""
        insight: dict[str, str] = {}
        try:
            key = self._make(claim, insight)
        except _Stopped as stop:
            return self._stop(claim, stop.outcome)
        except (OrderRefused, PictureMissing, PictureDamaged, PictureTooLarge, NotOwner) as refused:
            return self._refuse(claim, refused.code)
        except StoreUnavailable as unavailable:
            # Not the job's doing: it waits for a better time without losing an attempt.
            log.error("store_unavailable", reason=str(unavailable))
            return self._tell(lambda: self._desk.give_back(claim.token), Outcome.FAULT)
        except EngineFault as fault:
            log.error("engine_fault", code=fault.code, reason=str(fault))
            return self._retry(claim, fault.code)
        except SoftTimeLimitExceeded:
            log.error("too_slow", seconds=self._settings.job_seconds)
            return self._retry(claim, TOO_SLOW)
        except DeskError:
            raise
        except Exception:
            # A mistake of ours in the engine must not take the worker down, nor the job with it: it is
            # tried again, counted by the breaker, and told in full to the operator.
            log.exception("engine_failed")
            return self._retry(claim, ENGINE_FAILED)
        return self._tell(lambda: self._desk.succeed(claim.token, key, insight), Outcome.SUCCEEDED)

    def _make(self, claim: Claim, insight: dict[str, str]) -> str:
        """The stored picture's key; keys of what else is to be kept go into `insight`."""
        request, owner = claim.job.request, claim.account_id

        def keep(name: str, picture: bytes) -> None:
            insight[name] = self._store.put(owner, picture)

        order = Order(
            control=request.control,
            model=request.model,
            garment_type=request.garment_type,
            source=self._store.get(owner, request.source_key),
            reference=self._store.get(owner, request.reference_key),
            steps=request.steps,
            seed=_seed(claim.job, request.options.get("seed")),
            options={name: value for name, value in request.options.items() if name not in _OURS},
            place=claim.job.asker.place,
            mask=None if request.mask_key is None else self._store.get(owner, request.mask_key),
            look=request.look,
            on_insight=keep if request.options.get(INSIGHT) is True else None,
        )
        heart = Heart(
            self._desk,
            claim.token,
            lease_seconds=self._settings.lease_seconds,
            stall_seconds=self._settings.stall_seconds,
        )
        with heart:
            report = _Reporter(claim.job, heart, self._drain, self._announcer)

            def told(progress: Progress) -> None:
                if self._on_progress is not None:
                    self._on_progress(progress)
                report(progress)

            picture = self._engine.make(order, told)
            return self._store.put(owner, picture)

    def _refuse(self, claim: Claim, code: str) -> Outcome:
        log.info("refused", code=code)
        return self._tell(lambda: self._desk.fail(claim.token, code), Outcome.REFUSED)

    def _stop(self, claim: Claim, outcome: Outcome) -> Outcome:
        log.info("stopped", outcome=outcome)
        match outcome:
            case Outcome.CANCELLED:
                return self._tell(lambda: self._desk.cancelled(claim.token), outcome)
            case Outcome.GIVEN_BACK:
                return self._tell(lambda: self._desk.give_back(claim.token), outcome)
            case _:
                return outcome

    def _retry(self, claim: Claim, code: str) -> Outcome:
        return self._tell(lambda: self._desk.retry(claim.token, code), Outcome.FAULT)

    def _tell(self, tell: Callable[[], Job], outcome: Outcome) -> Outcome:
        """Insist while the database is away; after that, the lease ends, and the job is made again."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                job = tell()
            except StaleToken:
                log.warning("lost")
                return Outcome.LOST
            except DatabaseUnavailable as away:
                if time.monotonic() > give_up:
                    log.error("untold", reason=str(away))
                    return Outcome.LOST
                time.sleep(1)
            else:
                if job.ended_at is not None:
                    metrics.job_ended(job)
                return outcome


class _Reporter:
    """Hears the engine's progress: beats, tells, and stops the work where it must stop."""

    def __init__(self, job: Job, heart: Heart, drain: Drain, announcer: Announcer) -> None:
        self._job = job
        self._heart = heart
        self._drain = drain
        self._announcer = announcer
        self._told_at = 0.0
        self._previewed_at = time.monotonic()
        self._stepped_at: float | None = None

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        self._heart.step(progress.step)
        if self._stepped_at is not None and progress.step > 0:
            metrics.step_made(self._job, now - self._stepped_at)
        self._stepped_at = now
        if self._heart.lost:
            raise _Stopped(Outcome.LOST)
        if self._heart.cancelled:
            raise _Stopped(Outcome.CANCELLED)
        if self._drain.over:
            raise _Stopped(Outcome.GIVEN_BACK)
        if progress.step == progress.steps or now - self._told_at >= TELL_SECONDS:
            self._told_at = now
            self._announcer.tell(
                Event("step", self._job.id, progress.step, progress.steps, self._preview(progress, now))
            )

    def _preview(self, progress: Progress, now: float) -> bytes | None:
        if progress.preview is None or now - self._previewed_at < PREVIEW_SECONDS:
            return None
        self._previewed_at = now
        return progress.preview()


def _seed(job: Job, asked: Scalar) -> int:
    """The seed that was asked for. Without one, a number that stays the same for every attempt."""
    return asked if isinstance(asked, int) else job.id
