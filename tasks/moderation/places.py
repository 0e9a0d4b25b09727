"""A community's own settings, as they stand."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from tasks.db.people import communities, members, role_allowances
from tasks.records import Place
from tasks.reports import Community, RoleAllowance


def find_settings(connection: Connection, place: Place) -> Community | None:
    """`None` for a community that the desk has never seen: the operator's settings hold there."""
    row = (
        connection.execute(
            select(communities).where(
                communities.c.platform == place.platform, communities.c.ref == place.community
            )
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        return None
    roles = connection.execute(
        select(role_allowances)
        .where(role_allowances.c.community_id == row["id"])
        .order_by(role_allowances.c.role_ref)
    ).mappings()
    return Community(
        place=place,
        time_zone=row["time_zone"],
        quota_window=row["quota_window"],
        member_limit=row["member_limit"],
        pool_limit=row["pool_limit"],
        cooldown_seconds=row["cooldown_seconds"],
        allowed=row["allowed"],
        paused=row["paused"],
        result_hours=row["result_hours"],
        settings=row["settings"],
        roles=tuple(RoleAllowance(role["role_ref"], role["member_limit"], role["weight"]) for role in roles),
        members=connection.execute(
            select(func.count()).select_from(members).where(members.c.community_id == row["id"])
        ).scalar_one(),
    )
