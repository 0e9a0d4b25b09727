"""The list of blocked pictures: everywhere or in one community, by fingerprints only."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, insert, or_, select

from config.settings import Settings
from tasks.db.people import blocked_pictures, communities, identities
from tasks.db.work import queue
from tasks.errors import WrongState
from tasks.moderation.audit import Act
from tasks.moderation.changes import change
from tasks.people.enrol import find_community
from tasks.people.names import named
from tasks.records import Fingerprint, Person, Place
from tasks.reports import BlockedPicture

_IN_FORCE = blocked_pictures.c.lifted.is_(False)


def block(connection: Connection, act: Act, picture: Fingerprint, settings: Settings) -> int:
    """Block a picture in the act's community, or everywhere where it has none.

    Returns the id of the audit row. Raises `WrongState` if the same file is blocked so already.
    """
    # One row that is always there, so that two moderators do not block the same twice.
    connection.execute(select(queue.c.id).with_for_update(key_share=True))
    same = select(blocked_pictures.c.id).where(
        _IN_FORCE,
        blocked_pictures.c.exact == picture.exact,
        blocked_pictures.c.community_id.is_not_distinct_from(act.community_id),
    )
    if connection.execute(same).first() is not None:
        raise WrongState("blocked already")
    block_id = connection.execute(
        insert(blocked_pictures)
        .values(
            exact=picture.exact,
            look=picture.look,
            community_id=act.community_id,
            reason=act.reason,
            by_id=act.actor_id,
            at=act.now,
            lifted=True,
        )
        .returning(blocked_pictures.c.id)
    ).scalar_one()
    return change(connection, act, "block_picture", f"blocked:{block_id}", {"lifted": False}, settings)


def unblock(connection: Connection, act: Act, block_id: int, settings: Settings) -> int:
    """Lift a block by its id. Returns the id of the audit row. Raises `WrongState` if it does not hold."""
    target = f"blocked:{block_id}"
    return change(
        connection, act, "unblock_picture", target, {"lifted": True}, settings, only_from={"lifted": False}
    )


def community_of(connection: Connection, block_id: int) -> int | None:
    """The community where a block holds; `None` for everywhere, and for one that is not there."""
    return connection.execute(
        select(blocked_pictures.c.community_id).where(blocked_pictures.c.id == block_id)
    ).scalar_one_or_none()


def has_blocks(connection: Connection, place: Place | None) -> bool:
    """Whether anything is on the list."""
    listed = select(blocked_pictures.c.id).where(_IN_FORCE & _of_place(connection, place)).limit(1)
    return connection.execute(listed).first() is not None


def is_blocked(connection: Connection, picture: Fingerprint, place: Place | None, settings: Settings) -> bool:
    """Whether the picture, or one that looks like it or like its mirror image, is on the list.

    Looks cannot be searched by an index: the list, some thousands at most, is read as a whole.
    """
    holds = _IN_FORCE & _of_place(connection, place)
    exact = select(blocked_pictures.c.id).where(holds, blocked_pictures.c.exact == picture.exact)
    if connection.execute(exact).first() is not None:
        return True
    if picture.look is None or picture.mirrored is None:
        return False
    own = (int(picture.look, 16), int(picture.mirrored, 16))
    looks = select(blocked_pictures.c.look).where(holds, blocked_pictures.c.look.is_not(None))
    return any(
        (int(look, 16) ^ one).bit_count() <= settings.block_distance
        for look in connection.execute(looks).scalars()
        for one in own
    )


def list_blocks(
    connection: Connection, place: Place | None, limit: int, before_id: int | None, *, only_in_force: bool
) -> list[BlockedPicture]:
    """Newest first; of one community, or all."""
    platform = None if place is None else place.platform
    moderator = identities.alias("moderator")
    rows = (
        select(
            blocked_pictures,
            communities.c.platform.label("place_platform"),
            communities.c.ref.label("place_ref"),
            moderator.c.platform.label("by_platform"),
            moderator.c.user_ref.label("by_ref"),
        )
        .select_from(blocked_pictures)
        .join(communities, communities.c.id == blocked_pictures.c.community_id, isouter=True)
        .join(moderator, named(moderator, blocked_pictures.c.by_id, platform), isouter=True)
        .order_by(blocked_pictures.c.id.desc())
        .limit(limit)
    )
    if place is not None:
        community_id = find_community(connection, place)
        # A community that was never seen has none: no row has the id -1.
        rows = rows.where(blocked_pictures.c.community_id == (-1 if community_id is None else community_id))
    if only_in_force:
        rows = rows.where(_IN_FORCE)
    if before_id is not None:
        rows = rows.where(blocked_pictures.c.id < before_id)
    return [
        BlockedPicture(
            id=row["id"],
            place=None if row["place_ref"] is None else Place(row["place_platform"], row["place_ref"]),
            at=row["at"],
            by=None if row["by_ref"] is None else Person(row["by_platform"], row["by_ref"]),
            reason=row["reason"],
            by_look=row["look"] is not None,
            in_force=not row["lifted"],
        )
        for row in connection.execute(rows).mappings()
    ]


def _of_place(connection: Connection, place: Place | None) -> ColumnElement[bool]:
    everywhere = blocked_pictures.c.community_id.is_(None)
    if place is None or (community_id := find_community(connection, place)) is None:
        return everywhere
    return or_(everywhere, blocked_pictures.c.community_id == community_id)
