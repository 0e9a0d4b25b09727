"""Photos that wait for their other half: of an album that comes in pieces, or for a second message."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, delete, select, update

from config.settings import Settings
from tasks.db.drafts import drafts
from tasks.db.insert import insert_unless_there
from tasks.people.enrol import enrol_account, enrol_community, find_account, find_community
from tasks.records import Asker, Draft
from tasks.store.keys import check_owner

DRAFT_LIFE = timedelta(minutes=15)


def add_draft(connection: Connection, asker: Asker, draft: Draft, settings: Settings, now: datetime) -> Draft:
    """As it is kept; of a message that was added before, what was added then. Raises `NotOwner`."""
    account_id = enrol_account(connection, asker.person, settings, now)
    community_id = enrol_community(connection, asker.place, now)
    check_owner(account_id, draft.key)
    values = {
        "account_id": account_id,
        "community_id": community_id,
        "store_key": draft.key,
        "message": draft.message,
        "album": draft.album,
        "kind": draft.kind,
        "garment_type": draft.garment_type,
        "caption": draft.caption,
        "added_at": now,
    }
    insert_unless_there(connection, drafts, values)
    kept = select(drafts).where(
        drafts.c.account_id == account_id,
        drafts.c.community_id == community_id,
        drafts.c.message == draft.message,
    )
    return _draft(connection.execute(kept).mappings().one())


def drafts_of(connection: Connection, asker: Asker, since: datetime, now: datetime) -> Sequence[Draft]:
    """In the order in which they were added."""
    waiting = select(drafts).where(
        drafts.c.account_id == find_account(connection, asker.person),
        drafts.c.community_id == find_community(connection, asker.place),
        drafts.c.taken.is_(False),
        drafts.c.added_at >= max(since, now - DRAFT_LIFE),
    )
    return [_draft(row) for row in connection.execute(waiting.order_by(drafts.c.id)).mappings()]


def take_drafts(connection: Connection, asker: Asker, ids: Collection[int], now: datetime) -> Sequence[Draft]:
    """All of them, or none where somebody else took one of them, or it is too old."""
    theirs = (
        select(drafts)
        .where(
            drafts.c.account_id == find_account(connection, asker.person),
            drafts.c.community_id == find_community(connection, asker.place),
            drafts.c.id.in_(ids),
            drafts.c.taken.is_(False),
            drafts.c.added_at >= now - DRAFT_LIFE,
        )
        .order_by(drafts.c.id)
        .with_for_update()
    )
    found = connection.execute(theirs).mappings().all()
    if len(found) < len(set(ids)):
        return []
    connection.execute(update(drafts).where(drafts.c.id.in_(ids)).values(taken=True))
    return [_draft(row, taken=True) for row in found]


def drop_drafts(connection: Connection, now: datetime) -> int:
    """Delete what is too old. Returns how many there were."""
    return connection.execute(delete(drafts).where(drafts.c.added_at < now - DRAFT_LIFE)).rowcount


def _draft(row: RowMapping, *, taken: bool | None = None) -> Draft:
    return Draft(
        key=row["store_key"],
        message=row["message"],
        album=row["album"],
        kind=row["kind"],
        garment_type=row["garment_type"],
        caption=row["caption"],
        id=row["id"],
        added_at=row["added_at"],
        taken=row["taken"] if taken is None else taken,
    )
