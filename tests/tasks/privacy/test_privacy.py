"""Consent taken back, and people forgotten."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
from sqlalchemy import Connection, event, insert, select

from tasks.db.engine import reading, writing
from tasks.db.people import (
    FORGOTTEN,
    accounts,
    bans,
    consents,
    identities,
    members,
    saved_photos,
    wardrobe_items,
)
from tasks.db.work import audit, jobs, ledger
from tasks.errors import (
    Banned,
    ConsentMissing,
    Overtaken,
    SettingMissing,
    StaleToken,
    UnknownJob,
    UnknownPerson,
    WrongState,
)
from tasks.records import Asker, Forgotten, JobState, Person
from tests.tasks.kit import ADA, BEN, Office, result_of

TELEGRAM_ADA = Asker("telegram", "group", "ada-t")


def link(office: Office) -> None:
    """Ada on Telegram is the same account as on Discord."""
    with writing(office.engine) as connection:
        account_id = connection.execute(
            select(identities.c.account_id).where(identities.c.user_ref == "ada")
        ).scalar_one()
        connection.execute(
            insert(identities).values(platform="telegram", user_ref="ada-t", account_id=account_id)
        )


def keep_things(office: Office) -> None:
    with writing(office.engine) as connection:
        account_id = connection.execute(
            select(identities.c.account_id).where(identities.c.user_ref == "ada")
        ).scalar_one()
        kept = {"account_id": account_id, "name": "best", "created_at": office.clock()}
        connection.execute(insert(saved_photos).values(store_key="saved", **kept))
        connection.execute(insert(wardrobe_items).values(store_key="dress", garment_type="dresses", **kept))


def test_taking_consent_back_cancels_what_waits_and_lets_in_nothing_more(office: Office) -> None:
    office.welcome(ADA)
    job = office.submit(ADA)
    assert office.desk.revoke_consent(ADA.person) == 1
    assert office.desk.job(job.id).state is JobState.CANCELLED
    with pytest.raises(ConsentMissing):
        office.submit(ADA)
    office.welcome(ADA)
    office.submit(ADA)


def test_which_terms_were_agreed_to_when_and_until_when_is_kept(office: Office) -> None:
    newer, given = office.with_settings(consent_version="2"), office.clock()
    office.welcome(ADA)
    assert office.desk.has_consented(ADA.person, "1")
    assert not office.desk.has_consented(ADA.person, "2")
    office.clock.pass_time(minutes=5)
    newer.welcome(ADA)
    office.clock.pass_time(minutes=5)
    revoked = office.clock()
    office.desk.revoke_consent(ADA.person)
    assert not office.desk.has_consented(ADA.person, "2")
    with reading(office.engine) as connection:
        kept = connection.execute(
            select(consents.c.version, consents.c.given_at, consents.c.revoked_at).order_by(consents.c.id)
        ).all()
    five = timedelta(minutes=5)
    close = timedelta(milliseconds=1)  # The clock goes on with each look at it.
    assert [one.version for one in kept] == ["1", "2"]
    assert kept[0].given_at - given < close
    assert kept[1].given_at - given - five < close
    assert [one.revoked_at - revoked < close for one in kept] == [True, True]


def test_consent_given_twice_is_one_consent_and_a_strangers_is_nothing(office: Office) -> None:
    office.welcome(ADA)
    office.welcome(ADA)
    assert office.desk.revoke_consent(ADA.person) == 0
    assert office.desk.revoke_consent(Person("discord", "nobody")) == 0


def test_forgetting_deletes_a_persons_rows_and_names_the_pictures_to_delete(office: Office) -> None:
    office.welcome(ADA, BEN)
    made = office.make_picture(ADA)
    waits = office.submit(ADA)
    others = office.submit(BEN)
    keep_things(office)
    forgotten = office.desk.forget(ADA.person)
    assert forgotten.rows == {
        "jobs": 2,
        "members": 1,
        "wardrobe_items": 1,
        "saved_photos": 1,
        "consents": 1,
        "identities": 1,
        "accounts": 1,
    }
    asked = {key for job in (made, waits) for key in (job.request.source_key, job.request.reference_key)}
    assert set(forgotten.store_keys) == asked | {made.result_key, "saved", "dress"}
    with pytest.raises(UnknownJob):
        office.desk.job(made.id)
    with pytest.raises(UnknownPerson):
        office.desk.forget(ADA.person)
    assert office.desk.job(others.id).state is JobState.QUEUED
    assert office.claim().job.id == others.id


def test_the_ledger_keeps_its_sums_and_forgets_whom_they_were_about(office: Office) -> None:
    moderator = BEN.person
    office.welcome(ADA)
    office.desk.configure(None, ADA.place, {"pool_limit": 10})
    office.make_picture(ADA)
    office.submit(ADA)
    office.desk.grant(moderator, ADA, 3, "gift", reason="ada is nice")
    office.desk.forget(ADA.person)
    office.desk.forget(moderator)
    with reading(office.engine) as connection:
        rows = connection.execute(select(ledger)).mappings().all()
        acts = connection.execute(select(audit).where(audit.c.action == "grant")).mappings().one()
    assert {row["account_id"] for row in rows} == {FORGOTTEN}
    assert {row["actor_id"] for row in rows} == {None, FORGOTTEN}
    assert {row["reason"] for row in rows} == {None}
    assert (acts["subject_id"], acts["actor_id"], acts["reason"]) == (FORGOTTEN, FORGOTTEN, "")
    # One picture was made, the one that waited was paid back.
    assert office.desk.quota(BEN).pool_left == 9
    assert sum(row["amount"] for row in rows) == -1 + 3


def test_why_somebody_was_banned_is_forgotten_wherever_it_stood(office: Office) -> None:
    office.desk.ban(None, ADA.person, ADA.place, reason="ada, of 5 High Street")
    office.desk.ban(None, ADA.person, ADA.place, reason="ada, of 7 High Street")
    office.desk.forget(ADA.person)
    acts = office.desk.audit("discord", ADA.place)
    assert [act.action for act in acts] == ["ban_changed", "ban"]
    assert "High Street" not in str(acts)


def test_ids_of_forgotten_jobs_never_come_again(office: Office) -> None:
    office.welcome(ADA, BEN)
    last = office.submit(ADA)
    office.desk.forget(ADA.person)
    assert office.submit(BEN).id > last.id


def test_a_worker_that_holds_a_forgotten_persons_job_is_told_to_drop_it(office: Office) -> None:
    office.welcome(ADA)
    office.submit(ADA)
    claim = office.claim()
    office.desk.forget(ADA.person)
    with pytest.raises(StaleToken):
        office.desk.heartbeat(claim.token, 1)
    with pytest.raises(StaleToken):
        office.desk.succeed(claim.token, result_of(claim))


@pytest.mark.parametrize("returns_as", [ADA, TELEGRAM_ADA])
def test_a_ban_finds_a_forgotten_person_again_by_each_of_their_names(
    office: Office, returns_as: Asker
) -> None:
    office.welcome(ADA)
    link(office)
    office.desk.ban(None, ADA.person, None, reason="abuse")
    office.desk.forget(ADA.person)
    with reading(office.engine) as connection:
        kept = connection.execute(select(bans)).mappings().all()
    assert [(row["account_id"], len(row["identity_hash"])) for row in kept] == [(FORGOTTEN, 64)] * 2
    assert "ada" not in str(kept)
    with pytest.raises(Banned):
        office.submit(returns_as)
    office.desk.unban(None, returns_as.person, None)
    office.welcome(returns_as)
    office.submit(returns_as)


def test_a_moderator_who_is_forgotten_in_the_middle_of_an_act_has_not_acted(office: Office) -> None:
    moderator = Person("discord", "moderator")
    office.desk.resume_all(moderator)
    before = office.count(audit)
    forgetting: list[Future[Forgotten]] = []

    def forget_meanwhile(_: Connection, __: object, statement: str, *___: object) -> None:
        if statement.startswith("INSERT INTO audit") and not forgetting:
            forgetting.append(pool.submit(office.desk.forget, moderator))
            # On SQLite it waits for the act to end; on PostgreSQL it is done before.
            wait(forgetting, timeout=1)

    with ThreadPoolExecutor(1) as pool:
        event.listen(office.engine, "before_cursor_execute", forget_meanwhile)
        try:
            office.desk.pause_all(moderator)
            acted = True
        except Overtaken:
            acted = False
        finally:
            event.remove(office.engine, "before_cursor_execute", forget_meanwhile)
        forgetting[0].result()
    assert acted == (office.engine.dialect.name == "sqlite")
    assert office.desk.queue().paused == acted
    assert office.count(audit) == before + acted
    # Done again, it is by somebody whom nobody knew.
    office.desk.pause_all(moderator)
    assert office.desk.audit(None)[0].actor == moderator


def test_bans_that_are_over_go_with_their_person(office: Office) -> None:
    office.welcome(ADA)
    office.desk.ban(None, ADA.person, None)
    office.desk.unban(None, ADA.person, None)
    assert office.desk.forget(ADA.person).rows["bans"] == 1
    assert office.count(bans) == 0


def test_without_a_key_to_keep_a_ban_by_nothing_is_forgotten(office: Office) -> None:
    office.welcome(ADA)
    office.submit(ADA)
    office.desk.ban(None, ADA.person, None)
    with pytest.raises(SettingMissing, match="GIYDIR_SECRET_KEY"):
        office.with_settings(secret_key=None).desk.forget(ADA.person)
    assert (office.count(jobs), office.count(members)) == (1, 1)


def test_acts_about_a_forgotten_person_are_not_undone(office: Office) -> None:
    office.desk.quota(ADA)
    limit = office.desk.set_member(None, ADA, member_limit=1)
    gift = office.desk.grant(None, ADA, 1, "gift")
    office.desk.forget(ADA.person)
    for act in (limit, gift):
        with pytest.raises(WrongState):
            office.desk.undo(None, act)
    assert office.count(accounts) == 1
