"""Consent: to which version of the terms, given when, and taken back when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from config.settings import Settings
from tasks.db.insert import insert_unless_there
from tasks.db.people import accounts, consents, members
from tasks.jobs.cancel import cancel_queued
from tasks.people.enrol import enrol_account, find_account, known_account
from tasks.records import Person


def give_consent(
    connection: Connection, person: Person, settings: Settings, now: datetime, *, keep_inputs: bool
) -> None:
    """The person agrees to the version in force; once more changes nothing but the choice."""
    account_id = enrol_account(connection, person, settings, now)
    consent = {"account_id": account_id, "version": settings.consent_version, "given_at": now}
    insert_unless_there(connection, consents, consent)
    _choose(connection, account_id, keep=keep_inputs)


def has_consented(connection: Connection, person: Person, version: str) -> bool:
    """Whether they agreed to this version, and did not take it back."""
    agreed = select(consents.c.id).where(
        consents.c.account_id == find_account(connection, person),
        consents.c.version == version,
        consents.c.revoked_at.is_(None),
    )
    return connection.execute(agreed).first() is not None


def choose_inputs(connection: Connection, person: Person, *, keep: bool) -> None:
    """Whether their photos stay for a while after a picture. Raises `UnknownPerson`."""
    _choose(connection, known_account(connection, person), keep=keep)


def revoke_consent(connection: Connection, person: Person, settings: Settings, now: datetime) -> int:
    """The person takes every consent back. Their queued jobs are cancelled, free; returns how many."""
    account_id = find_account(connection, person)
    if account_id is None:
        return 0
    connection.execute(
        update(consents)
        .where(consents.c.account_id == account_id, consents.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    _choose(connection, account_id, keep=False)
    return cancel_queued(connection, members.c.account_id == account_id, settings, now)


def _choose(connection: Connection, account_id: int, *, keep: bool) -> None:
    connection.execute(update(accounts).where(accounts.c.id == account_id).values(keep_inputs=keep))
