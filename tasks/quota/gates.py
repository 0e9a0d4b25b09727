"""The gates that a request passes, in their order. Each refusal has its code, and says when to come again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from config.settings import Settings
from tasks.errors import (
    Banned,
    BannedHere,
    CommunityNotAllowed,
    CommunityPaused,
    ConsentMissing,
    Cooldown,
    PoolExhausted,
    QueueFull,
    QuotaExceeded,
    TooManyJobs,
)
from tasks.ledger.entries import BONUS, WINDOW, Purse, taken_in_window
from tasks.quota.situation import FOREVER, Situation
from tasks.quota.windows import DAY, frees_at


def pass_gates(connection: Connection, situation: Situation, settings: Settings) -> Purse:
    """Raise the first refusal there is, or say from which purse the picture may be taken."""
    for gate in _GATES:
        gate(situation, settings)
    purse = _quota(connection, situation)
    _queue_limit(situation, settings)
    return purse


def _banned(situation: Situation, _: Settings) -> None:
    if situation.banned_until is not None:
        raise Banned("banned everywhere", _end(situation.banned_until))


def _banned_here(situation: Situation, _: Settings) -> None:
    if situation.banned_here_until is not None:
        raise BannedHere("banned in this community", _end(situation.banned_here_until))


def _consent(situation: Situation, settings: Settings) -> None:
    if not situation.consented:
        raise ConsentMissing(f"no consent to version {settings.consent_version}")


def _allowed(situation: Situation, _: Settings) -> None:
    if not situation.allowed:
        raise CommunityNotAllowed("the operator has not allowed this community")


def _paused(situation: Situation, _: Settings) -> None:
    if situation.paused:
        raise CommunityPaused("the community is paused")


def _jobs_at_once(situation: Situation, settings: Settings) -> None:
    if situation.queued + situation.running >= settings.jobs_at_once:
        raise TooManyJobs(f"{settings.jobs_at_once} jobs at once")


def _cooldown(situation: Situation, _: Settings) -> None:
    if situation.submitted_at is None or situation.cooldown_seconds == 0:
        return
    over = situation.submitted_at + timedelta(seconds=situation.cooldown_seconds)
    if situation.now < over:
        raise Cooldown(f"{situation.cooldown_seconds} s between requests", over)


_GATES: tuple[Callable[[Situation, Settings], None], ...] = (
    _banned,
    _banned_here,
    _consent,
    _allowed,
    _paused,
    _jobs_at_once,
    _cooldown,
)


def _quota(connection: Connection, situation: Situation) -> Purse:
    if situation.pool_left == 0:
        # The pool's oldest picture may be anybody's; a day from now is a safe promise.
        retry_at = situation.span.ends or situation.now + DAY
        raise PoolExhausted(
            f"the community has used its {situation.pool_limit}", retry_at if situation.pool_limit else None
        )
    if situation.used < situation.limit.pictures:
        return WINDOW
    if situation.bonus > 0:
        return BONUS
    raise QuotaExceeded(
        f"{situation.used} of {situation.limit.pictures} used", next_picture_at(connection, situation)
    )


def _queue_limit(situation: Situation, settings: Settings) -> None:
    # The last gate: what is the member's own, they should hear first. PostgreSQL lets in as many more as
    # ask in other communities at the same moment: to be exact, everybody would have to wait for everybody.
    if situation.queued_by_all >= settings.queue_limit:
        raise QueueFull(f"{settings.queue_limit} jobs wait already")


def next_picture_at(connection: Connection, situation: Situation) -> datetime | None:
    """When a member who has used up their limit may make a picture again; `None` for a limit of 0."""
    if situation.limit.pictures == 0 or situation.span.ends is not None:
        return situation.span.ends if situation.limit.pictures else None
    taken = taken_in_window(connection, situation.payer, situation.span.start)
    return frees_at(taken, situation.used - situation.limit.pictures + 1)


def _end(until: datetime) -> datetime | None:
    return None if until == FOREVER else until
