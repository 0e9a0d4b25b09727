"""The list of bans."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from tasks.db.people import FORGOTTEN, bans, communities, identities
from tasks.people.enrol import find_account, find_community
from tasks.people.names import named
from tasks.records import Person, Place
from tasks.reports import Ban


def list_bans(
    connection: Connection,
    place: Place | None,
    person: Person | None,
    now: datetime,
    limit: int,
    before_id: int | None,
    *,
    only_in_force: bool,
) -> list[Ban]:
    """Newest first; of one community or person, or of all."""
    platform = None if place is None else place.platform
    banned, moderator = identities.alias("banned"), identities.alias("moderator")
    in_force = and_(bans.c.lifted.is_(False), or_(bans.c.until.is_(None), bans.c.until > now))
    rows = (
        select(
            bans,
            in_force.label("in_force"),
            banned.c.platform.label("person_platform"),
            banned.c.user_ref.label("person_ref"),
            communities.c.platform.label("place_platform"),
            communities.c.ref.label("place_ref"),
            moderator.c.platform.label("by_platform"),
            moderator.c.user_ref.label("by_ref"),
        )
        .join(communities, communities.c.id == bans.c.community_id, isouter=True)
        .join(banned, named(banned, bans.c.account_id, platform), isouter=True)
        .join(moderator, named(moderator, bans.c.by_id, platform), isouter=True)
        .where(*_narrowed(connection, place, person))
        .order_by(bans.c.id.desc())
        .limit(limit)
    )
    if only_in_force:
        rows = rows.where(in_force)
    if before_id is not None:
        rows = rows.where(bans.c.id < before_id)
    return [
        Ban(
            id=row["id"],
            person=_person(row["person_platform"], row["person_ref"]),
            place=None if row["place_ref"] is None else Place(row["place_platform"], row["place_ref"]),
            at=row["at"],
            until=row["until"],
            by=_person(row["by_platform"], row["by_ref"]),
            reason=row["reason"],
            in_force=bool(row["in_force"]),
        )
        for row in connection.execute(rows).mappings()
    ]


def _narrowed(
    connection: Connection, place: Place | None, person: Person | None
) -> list[ColumnElement[bool]]:
    # Whom the desk does not know has no bans: no row has the id -1.
    conditions: list[ColumnElement[bool]] = []
    if place is not None:
        community_id = find_community(connection, place)
        conditions.append(bans.c.community_id == (-1 if community_id is None else community_id))
    if person is not None:
        account_id = find_account(connection, person)
        conditions.append(bans.c.account_id == (-1 if account_id is None else account_id))
        conditions.append(bans.c.account_id != FORGOTTEN)
    return conditions


def _person(platform: str | None, user: str | None) -> Person | None:
    return None if platform is None or user is None else Person(platform, user)
