"""What is kept about a person: for them to know, and to see what being forgotten would delete."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, func, select

from tasks.db.complaints import reports
from tasks.db.drafts import drafts
from tasks.db.people import (
    accounts,
    bans,
    communities,
    consents,
    identities,
    members,
    saved_photos,
    wardrobe_items,
)
from tasks.db.work import jobs, ledger
from tasks.people.enrol import known_account
from tasks.records import Person, Place
from tasks.reports import KnownPerson, Membership


def known(connection: Connection, person: Person) -> KnownPerson:
    """Raises `UnknownPerson`."""
    account_id = known_account(connection, person)
    account = connection.execute(select(accounts).where(accounts.c.id == account_id)).mappings().one()
    names = connection.execute(
        select(identities.c.platform, identities.c.user_ref)
        .where(identities.c.account_id == account_id)
        .order_by(identities.c.platform)
    )
    agreed = connection.execute(
        select(consents.c.version)
        .where(consents.c.account_id == account_id, consents.c.revoked_at.is_(None))
        .order_by(consents.c.id)
    )
    places = connection.execute(
        select(communities.c.platform, communities.c.ref, members.c.member_limit, members.c.weight)
        .join_from(members, communities, communities.c.id == members.c.community_id)
        .where(members.c.account_id == account_id)
        .order_by(members.c.id)
    )
    counts = {name: connection.execute(query).scalar_one() for name, query in _counts(account_id).items()}
    return KnownPerson(
        names=tuple(Person(row.platform, row.user_ref) for row in names),
        since=account["created_at"],
        locale=account["locale"],
        keep_inputs=account["keep_inputs"],
        consents=tuple(agreed.scalars()),
        memberships=tuple(
            Membership(Place(row.platform, row.ref), row.member_limit, row.weight) for row in places
        ),
        rows={name: count for name, count in counts.items() if count},
    )


def _counts(account_id: int) -> dict[str, Select[Any]]:
    counts = {
        table.name: select(func.count()).select_from(table).where(table.c.account_id == account_id)
        for table in (wardrobe_items, saved_photos, drafts, bans, ledger)
    }
    theirs = select(members.c.id).where(members.c.account_id == account_id)
    counts["reports"] = select(func.count()).select_from(reports).where(reports.c.reporter_id == account_id)
    counts["jobs"] = select(func.count()).select_from(jobs).where(jobs.c.member_id.in_(theirs))
    return counts
