"""Everything the database keeps about a person, for them to read; of nobody else anything.

Who acted on them (a moderator) and whom they acted on are other people, and are left out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, select

from tasks.db.complaints import appeals, reports
from tasks.db.drafts import drafts
from tasks.db.owed import notices
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
from tasks.db.work import audit, jobs, ledger
from tasks.people.enrol import known_account
from tasks.records import Person

_HIDDEN = {
    "id",
    "account_id",
    "member_id",
    "community_id",
    "actor_id",
    "by_id",
    "decided_by",
    "reporter_id",
    "subject_id",
    "undoes",
}
# How the queue is kept, and nothing about the person.
_INNER = {"fence", "lease_until", "worker", "spent", "stride", "place", "identity_hash"}


def export(connection: Connection, person: Person, now: datetime) -> dict[str, Any]:
    """Strings, numbers, lists and dictionaries; times in ISO 8601. Raises `UnknownPerson`."""
    account_id = known_account(connection, person)
    own = select(members.c.id).where(members.c.account_id == account_id)

    def rows(query: Select[Any]) -> list[dict[str, Any]]:
        return [_plain(dict(row)) for row in connection.execute(query).mappings()]

    (account,) = rows(_select(accounts).where(accounts.c.id == account_id))
    return {
        "exported_at": now.isoformat(),
        "account": account,
        "names": rows(_select(identities).where(identities.c.account_id == account_id)),
        "communities": rows(_in_community(members).where(members.c.account_id == account_id)),
        "consents": rows(_select(consents).where(consents.c.account_id == account_id)),
        "jobs": rows(
            _select(jobs, id_too=True)
            .add_columns(communities.c.ref.label("community"))
            .join(members, members.c.id == jobs.c.member_id)
            .join(communities, communities.c.id == members.c.community_id)
            .where(jobs.c.member_id.in_(own))
            .order_by(jobs.c.id)
        ),
        "ledger": rows(_in_community(ledger).where(ledger.c.account_id == account_id).order_by(ledger.c.id)),
        "bans": rows(_in_community(bans).where(bans.c.account_id == account_id).order_by(bans.c.id)),
        "moderators_acts_on_you": rows(
            _in_community(audit).where(audit.c.subject_id == account_id).order_by(audit.c.id)
        ),
        "your_acts_as_moderator": rows(
            _in_community(audit)
            .with_only_columns(audit.c.at, audit.c.action)
            .where(audit.c.actor_id == account_id)
            .order_by(audit.c.id)
        ),
        "your_reports": rows(
            _select(reports).where(reports.c.reporter_id == account_id).order_by(reports.c.id)
        ),
        "your_appeals": rows(
            _select(appeals)
            .where(appeals.c.job_id.in_(select(jobs.c.id).where(jobs.c.member_id.in_(own))))
            .order_by(appeals.c.id)
        ),
        "notices_to_you": rows(
            _select(notices)
            .where(notices.c.job_id.in_(select(jobs.c.id).where(jobs.c.member_id.in_(own))))
            .order_by(notices.c.id)
        ),
        "saved_photos": rows(_select(saved_photos).where(saved_photos.c.account_id == account_id)),
        "photos_that_wait": rows(_in_community(drafts).where(drafts.c.account_id == account_id)),
        "wardrobe": rows(_select(wardrobe_items).where(wardrobe_items.c.account_id == account_id)),
    }


def _select(table: Table, id_too: bool = False) -> Select[Any]:
    hidden = (_HIDDEN | _INNER) - ({"id"} if id_too else set())
    return select(*[column for column in table.c if column.name not in hidden])


def _in_community(table: Table) -> Select[Any]:
    """With the names of the community, where there is one."""
    return (
        _select(table)
        .add_columns(communities.c.platform.label("platform"), communities.c.ref.label("community"))
        .join(communities, communities.c.id == table.c.community_id, isouter=True)
    )


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
