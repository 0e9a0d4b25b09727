"""Everything the gates must know about a member, in one statement under their lock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, bindparam, case, exists, func, or_, select

from config.settings import Settings
from tasks.clock import Clock
from tasks.db.columns import Instant
from tasks.db.people import bans, communities, consents, identities, members, role_allowances
from tasks.db.work import IS_QUEUED, IS_RUNNING, jobs
from tasks.ledger.entries import Payer, bonus_left, pool_used_since, used_since
from tasks.quota.limits import Limit, effective_limit, effective_weight
from tasks.quota.windows import Span, span
from tasks.records import Asker, Window

# A ban without an end, as a time that compares; and a pool without a cap, as a time when nothing counts.
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Situation:
    """A member at the moment they ask. Bans are ends of bans, `FOREVER` or `None`.

    `queued_by_all` counts everybody's jobs up to the limit, and only where a job is asked for.
    """

    now: datetime
    member_id: int
    repeated_job_id: int | None
    payer: Payer
    weight: int
    banned_until: datetime | None
    banned_here_until: datetime | None
    consented: bool
    allowed: bool
    paused: bool
    queued: int
    running: int
    queued_by_all: int
    submitted_at: datetime | None
    cooldown_seconds: int
    window: Window
    span: Span
    limit: Limit
    used: int
    bonus: int
    pool_limit: int | None
    pool_used: int
    spent: int

    @property
    def left(self) -> int:
        """Pictures left, of limit and bonus, within the pool."""
        own = max(0, self.limit.pictures - self.used) + self.bonus
        return own if self.pool_left is None else min(own, self.pool_left)

    @property
    def pool_left(self) -> int | None:
        return None if self.pool_limit is None else max(0, self.pool_limit - self.pool_used)


_WHO = (
    select(
        communities,
        members.c.id.label("member_id"),
        members.c.account_id,
        members.c.member_limit.label("own_limit"),
        members.c.weight,
        members.c.submitted_at,
        members.c.spent,
    )
    .join_from(communities, members, members.c.community_id == communities.c.id)
    .join(identities, identities.c.account_id == members.c.account_id)
    .where(
        communities.c.platform == bindparam("platform"),
        communities.c.ref == bindparam("ref"),
        identities.c.platform == bindparam("platform"),
        identities.c.user_ref == bindparam("user"),
    )
)
# Community before member, as everywhere. Weaker than FOR UPDATE: foreign keys to them may be checked.
_WHO_LOCKED = _WHO.with_for_update(key_share=True, of=[communities, members])


def _ban_end(where: ColumnElement[bool]) -> Any:
    return (
        select(func.max(func.coalesce(bans.c.until, bindparam("forever", type_=Instant)), type_=Instant))
        .where(
            bans.c.account_id == bindparam("account"),
            where,
            bans.c.lifted.is_(False),
            or_(bans.c.until.is_(None), bans.c.until > bindparam("now", type_=Instant)),
        )
        .scalar_subquery()
    )


def _best(column: ColumnElement[Any]) -> Any:
    return (
        select(func.max(column))
        .where(
            role_allowances.c.community_id == bindparam("community"),
            role_allowances.c.role_ref.in_(bindparam("roles", expanding=True)),
        )
        .scalar_subquery()
    )


def _how_many(state: ColumnElement[bool]) -> Any:
    return (
        select(func.count())
        .select_from(jobs)
        .where(jobs.c.member_id == bindparam("member"), state)
        .scalar_subquery()
    )


_REPEATED = (
    select(jobs.c.id)
    .where(jobs.c.platform == bindparam("platform"), jobs.c.request_id == bindparam("event"))
    .scalar_subquery()
)
_UP_TO = bindparam("up_to", type_=Integer)
# Counts no further than it matters, along the index of what is queued; and not at all where fewer jobs were
# ever asked for than may wait, which the last id tells.
_QUEUED_BY_ALL = case(
    (select(func.max(jobs.c.id)).scalar_subquery() < _UP_TO, 0),
    else_=select(func.count())
    .select_from(select(jobs.c.id).where(IS_QUEUED).limit(_UP_TO).subquery())
    .scalar_subquery(),
)
_FACTS = select(
    _REPEATED.label("repeated_job_id"),
    _ban_end(bans.c.community_id.is_(None)).label("banned_until"),
    _ban_end(bans.c.community_id == bindparam("community")).label("banned_here_until"),
    exists()
    .where(
        consents.c.account_id == bindparam("account"),
        consents.c.version == bindparam("version"),
        consents.c.revoked_at.is_(None),
    )
    .label("consented"),
    _how_many(IS_QUEUED).label("queued"),
    _how_many(IS_RUNNING).label("running"),
    _QUEUED_BY_ALL.label("queued_by_all"),
    _best(role_allowances.c.member_limit).label("role_limit"),
    _best(role_allowances.c.weight).label("role_weight"),
    used_since(bindparam("account"), bindparam("community"), bindparam("since", type_=Instant)).label("used"),
    bonus_left(bindparam("account"), bindparam("community")).label("bonus"),
    pool_used_since(bindparam("community"), bindparam("pool_since", type_=Instant)).label("pool_used"),
)


def look_up(
    connection: Connection,
    asker: Asker,
    settings: Settings,
    clock: Clock,
    *,
    lock: bool,
    event: str | None = None,
) -> Situation | None:
    """The member's situation, or `None` if the desk has never seen them here. `event`: what they ask by.

    With `lock`, community and member stay locked until the transaction ends, and what is returned holds
    until then: the sums are a statement of their own, and the time is taken, when the lock is there.
    """
    names = {"platform": asker.platform, "ref": asker.community, "user": asker.user}
    who = connection.execute(_WHO_LOCKED if lock else _WHO, names).mappings().one_or_none()
    if who is None:
        return None
    now = clock()
    window = Window(who["quota_window"] or settings.quota_window)
    counted = span(window, who["time_zone"] or settings.time_zone, now)
    pool_limit = settings.pool_limit if who["pool_limit"] is None else who["pool_limit"]
    facts = (
        connection.execute(
            _FACTS,
            {
                "platform": asker.platform,
                "event": event,
                "account": who["account_id"],
                "community": who["id"],
                "member": who["member_id"],
                "up_to": 0 if event is None else settings.queue_limit,
                "roles": asker.roles,
                "version": settings.consent_version,
                "now": now,
                "forever": FOREVER,
                "since": counted.start,
                "pool_since": FOREVER if pool_limit is None else counted.start,
            },
        )
        .mappings()
        .one()
    )
    return _situation(who, facts, settings, window, counted, pool_limit, now)


def _situation(
    who: Mapping[Any, Any],
    facts: Mapping[Any, Any],
    settings: Settings,
    window: Window,
    counted: Span,
    pool_limit: int | None,
    now: datetime,
) -> Situation:
    cooldown = who["cooldown_seconds"]
    allowed = who["allowed"]
    return Situation(
        now=now,
        member_id=who["member_id"],
        repeated_job_id=facts["repeated_job_id"],
        payer=Payer(who["account_id"], who["id"]),
        weight=effective_weight(who["weight"], facts["role_weight"]),
        banned_until=facts["banned_until"],
        banned_here_until=facts["banned_here_until"],
        consented=bool(facts["consented"]),
        allowed=settings.communities_open if allowed is None else allowed,
        paused=who["paused"],
        queued=facts["queued"],
        running=facts["running"],
        queued_by_all=facts["queued_by_all"],
        submitted_at=who["submitted_at"],
        cooldown_seconds=settings.cooldown_seconds if cooldown is None else cooldown,
        window=window,
        span=counted,
        limit=effective_limit(
            who["own_limit"], facts["role_limit"], who["member_limit"], settings.member_limit
        ),
        used=facts["used"],
        bonus=facts["bonus"],
        pool_limit=pool_limit,
        pool_used=facts["pool_used"],
        spent=who["spent"],
    )
