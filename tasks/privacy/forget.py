"""Forgetting a person: their rows go, and what must stay no longer says whom it was about.

The ledger and the audit keep their entries under the account that stands for everybody forgotten, so that
sums and pools stay right. A ban in force stays, findable only by a keyed hash. What they reported waits on
for moderators, without their name and their words; what was reported about them goes with their jobs. The
pictures are the caller's to delete: their keys are returned.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, or_, select, update

from config.settings import Settings
from tasks.db.complaints import appeals, reports
from tasks.db.drafts import drafts
from tasks.db.owed import notices
from tasks.db.people import (
    FORGOTTEN,
    accounts,
    bans,
    blocked_pictures,
    consents,
    identities,
    members,
    saved_photos,
    wardrobe_items,
)
from tasks.db.work import audit, jobs, ledger
from tasks.errors import SettingMissing, UnknownPerson
from tasks.jobs.cancel import locked_job
from tasks.jobs.states import ENDED
from tasks.jobs.wishes import forget_wishes
from tasks.jobs.work import end
from tasks.people.enrol import known_account
from tasks.people.hashes import identity_hash
from tasks.people.turns import lock_member
from tasks.records import Forgotten, JobState, Person


def forget(connection: Connection, person: Person, settings: Settings, now: datetime) -> Forgotten:
    """Forget the person's whole account, on every platform. Jobs that go on end first, free.

    Raises `UnknownPerson`; `SettingMissing` if a ban must be kept and there is no secret key.
    """
    account_id = known_account(connection, person)
    # As a ban does: the account first, then its members.
    locked = select(accounts.c.id).where(accounts.c.id == account_id).with_for_update(key_share=True)
    if connection.execute(locked).first() is None:
        raise UnknownPerson("forgotten already, while this call waited")
    own = select(members.c.id).where(members.c.account_id == account_id)
    for member_id in connection.execute(own.order_by(members.c.id)).scalars().all():
        lock_member(connection, member_id)
    theirs = jobs.c.member_id.in_(own)
    _end_jobs(connection, theirs, settings, now)
    keys = _store_keys(connection, account_id, theirs)
    _keep_bans(connection, account_id, settings, now)
    _drop_wishes(connection, account_id, settings)
    _blank(connection, account_id)
    rows = {
        table.name: connection.execute(delete(table).where(where)).rowcount
        for table, where in _own_rows(account_id, theirs)
    }
    return Forgotten({name: count for name, count in rows.items() if count}, keys)


def _own_rows(account_id: int, theirs: ColumnElement[bool]) -> Iterable[tuple[Table, ColumnElement[bool]]]:
    for table in (appeals, reports, notices):
        yield table, table.c.job_id.in_(select(jobs.c.id).where(theirs))
    yield jobs, theirs
    for table in (drafts, members, wardrobe_items, saved_photos, consents, bans, identities):
        yield table, table.c.account_id == account_id
    yield accounts, accounts.c.id == account_id


def _end_jobs(connection: Connection, theirs: ColumnElement[bool], settings: Settings, now: datetime) -> None:
    going_on = select(jobs.c.id).where(theirs, jobs.c.ended_at.is_(None)).order_by(jobs.c.id)
    for job_id in connection.execute(going_on).scalars().all():
        job = locked_job(connection, job_id)
        if job["state"] not in ENDED:
            end(connection, job, JobState.CANCELLED, settings, now)


def _store_keys(connection: Connection, account_id: int, theirs: ColumnElement[bool]) -> tuple[str, ...]:
    columns = [
        select(column).where(theirs, column.is_not(None))
        for column in (
            jobs.c.source_key,
            jobs.c.reference_key,
            jobs.c.mask_key,
            jobs.c.later_key,
            jobs.c.result_key,
        )
    ]
    columns += [
        select(table.c.store_key).where(table.c.account_id == account_id)
        for table in (wardrobe_items, saved_photos, drafts)
    ]
    found = {key for keys in columns for key in connection.execute(keys).scalars()}
    made = select(jobs.c.pictures).where(theirs, jobs.c.pictures.is_not(None))
    for pictures in connection.execute(made).scalars():
        found |= set(pictures.values())
    return tuple(sorted(found))


def _keep_bans(connection: Connection, account_id: int, settings: Settings, now: datetime) -> None:
    in_force = select(bans).where(
        bans.c.account_id == account_id,
        bans.c.lifted.is_(False),
        or_(bans.c.until.is_(None), bans.c.until > now),
    )
    kept = connection.execute(in_force).mappings().all()
    if not kept:
        return
    if settings.secret_key is None:
        raise SettingMissing("GIYDIR_SECRET_KEY is needed to keep a forgotten person's ban")
    names = connection.execute(
        select(identities.c.platform, identities.c.user_ref).where(identities.c.account_id == account_id)
    ).all()
    for ban in kept:
        # The first name keeps the row, which the audit knows; each other name gets its own.
        for number, name in enumerate(names):
            hashed = {
                "account_id": FORGOTTEN,
                "identity_hash": identity_hash(settings.secret_key, Person(*name)),
            }
            if number == 0:
                connection.execute(update(bans).where(bans.c.id == ban["id"]).values(**hashed))
            else:
                copied = {
                    column: ban[column] for column in ("community_id", "until", "reason", "by_id", "at")
                }
                connection.execute(insert(bans).values(**copied, **hashed))


def _drop_wishes(connection: Connection, account_id: int, settings: Settings) -> None:
    names = select(identities.c.platform, identities.c.user_ref).where(identities.c.account_id == account_id)
    for name in connection.execute(names).all():
        forget_wishes(connection, Person(*name), settings)


def _blank(connection: Connection, account_id: int) -> None:
    """Put FORGOTTEN in every place that stays. Reasons are free text, and may say who it was."""
    about = ledger.c.account_id == account_id
    connection.execute(update(ledger).where(about).values(account_id=FORGOTTEN, reason=None))
    connection.execute(update(ledger).where(ledger.c.actor_id == account_id).values(actor_id=FORGOTTEN))
    _blank_reasons(connection, account_id)
    connection.execute(
        update(audit).where(audit.c.subject_id == account_id).values(subject_id=FORGOTTEN, reason="")
    )
    connection.execute(update(audit).where(audit.c.actor_id == account_id).values(actor_id=FORGOTTEN))
    connection.execute(update(bans).where(bans.c.by_id == account_id).values(by_id=FORGOTTEN))
    by_them = reports.c.reporter_id == account_id
    connection.execute(update(reports).where(by_them).values(reporter_id=FORGOTTEN, reason=""))
    for table in (reports, appeals):
        decided = table.c.decided_by == account_id
        connection.execute(update(table).where(decided).values(decided_by=FORGOTTEN))
    theirs = blocked_pictures.c.by_id == account_id
    connection.execute(update(blocked_pictures).where(theirs).values(by_id=FORGOTTEN))


def _blank_reasons(connection: Connection, account_id: int) -> None:
    """Of a ban, the reason is a value that acts change."""
    changed = select(audit.c.id, audit.c.before, audit.c.after).where(
        audit.c.subject_id == account_id, audit.c.target.startswith("ban:")
    )
    for row in connection.execute(changed).all():
        before, after = ({**values, "reason": ""} for values in (row.before, row.after))
        if "reason" in row.after:
            connection.execute(update(audit).where(audit.c.id == row.id).values(before=before, after=after))
