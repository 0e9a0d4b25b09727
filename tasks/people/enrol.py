"""From a platform's names to rows; people and communities are entered when first seen."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from config.settings import Settings
from tasks.db.insert import insert_unless_there
from tasks.db.people import accounts, bans, communities, identities, members
from tasks.errors import UnknownPerson
from tasks.ledger.entries import Payer
from tasks.people.hashes import identity_hash
from tasks.people.turns import STRIDE
from tasks.records import Asker, Person, Place


def find_account(connection: Connection, person: Person) -> int | None:
    """The account of a person whom the desk knows."""
    return connection.execute(
        select(identities.c.account_id).where(
            identities.c.platform == person.platform, identities.c.user_ref == person.user
        )
    ).scalar_one_or_none()


def known_account(connection: Connection, person: Person) -> int:
    """The same, or `UnknownPerson`."""
    if (found := find_account(connection, person)) is None:
        raise UnknownPerson(f"nobody of this name on {person.platform}")
    return found


def enrol_account(connection: Connection, person: Person, settings: Settings, now: datetime) -> int:
    """The person's account, made if need be; bans of a forgotten person find them again."""
    if (found := find_account(connection, person)) is not None:
        return found
    account_id: int = connection.execute(
        insert(accounts).values(created_at=now).returning(accounts.c.id)
    ).scalar_one()
    identity = {"platform": person.platform, "user_ref": person.user, "account_id": account_id}
    if not insert_unless_there(connection, identities, identity):
        # Somebody else entered them since we looked.
        connection.execute(delete(accounts).where(accounts.c.id == account_id))
        return known_account(connection, person)
    if settings.secret_key is not None:
        connection.execute(
            update(bans)
            .where(bans.c.identity_hash == identity_hash(settings.secret_key, person))
            .values(account_id=account_id, identity_hash=None)
        )
    return account_id


def find_community(connection: Connection, place: Place) -> int | None:
    """The row of a community that the desk knows."""
    return connection.execute(
        select(communities.c.id).where(
            communities.c.platform == place.platform, communities.c.ref == place.community
        )
    ).scalar_one_or_none()


def enrol_community(connection: Connection, place: Place, now: datetime) -> int:
    """The community's row, made if need be."""
    if (found := find_community(connection, place)) is None:
        community = {"platform": place.platform, "ref": place.community, "created_at": now}
        insert_unless_there(connection, communities, community)
        found = find_community(connection, place)
        assert found is not None
    return found


def enrol_member(connection: Connection, asker: Asker, settings: Settings, now: datetime) -> int:
    """The member's row, made if need be, with its account and community."""
    community_id = enrol_community(connection, asker.place, now)
    account_id = enrol_account(connection, asker.person, settings, now)
    member = {
        "account_id": account_id,
        "community_id": community_id,
        "created_at": now,
        "stride": STRIDE,
    }
    insert_unless_there(connection, members, member)
    own = select(members.c.id).where(
        members.c.account_id == account_id, members.c.community_id == community_id
    )
    return int(connection.execute(own).scalar_one())


def payer_of(connection: Connection, member_id: int) -> Payer:
    """Whose ledger a member's row stands for."""
    return Payer(
        *connection.execute(
            select(members.c.account_id, members.c.community_id).where(members.c.id == member_id)
        ).one()
    )
