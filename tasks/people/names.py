"""How people are called in lists: by their name on a platform, or by any that they have."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from tasks.db.people import identities


def named(alias: Any, account_id: ColumnElement[int], platform: str | None) -> ColumnElement[bool]:
    """Joins `alias` of `identities` by one row at most: the name on `platform`, or, with `None`, on the
    first of the person's platforms."""
    if platform is not None:
        return and_(alias.c.account_id == account_id, alias.c.platform == platform)
    every = identities.alias()
    first = (
        select(func.min(every.c.platform))
        .where(every.c.account_id == account_id)
        .correlate_except(every)
        .scalar_subquery()
    )
    return and_(alias.c.account_id == account_id, alias.c.platform == first)
