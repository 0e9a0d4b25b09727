"""Reports and appeals without a platform: who is told what."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.core.complaints import Complaints
from bot.core.notices import Letters, Notice, Notices, notice_text
from bot.core.post import Later, Unreachable
from tasks.errors import WrongState
from tasks.records import Job, Person
from tasks.reports import Verdict
from tasks.store.store import Store
from tests.bot.kit import Worker, in_loop, tongue
from tests.tasks.kit import ADA, BEN, EVE, Office

MOD = Person("discord", "moderator")


@dataclass
class Herald:
    """Remembers what it was to tell. `trouble`: what stands in the way."""

    told: list[Notice] = field(default_factory=list)
    trouble: Exception | None = None

    async def tell(self, notice: Notice) -> None:
        self.told.append(notice)
        if self.trouble is not None:
            raise self.trouble


@pytest.fixture
def herald() -> Herald:
    return Herald()


@pytest.fixture
def notices(office: Office, herald: Herald) -> Notices:
    return Notices(office.desk, "discord", herald)


@pytest.fixture
def complaints(office: Office, store: Store, notices: Notices) -> Complaints:
    return Complaints(office.desk, store, notices.wake)


@pytest.fixture
def made(office: Office, store: Store, worker: Worker) -> Job:
    office.welcome(ADA)
    owner = office.desk.account(ADA.person)
    office.submit(ADA, source_key=store.put(owner, b"photo"), reference_key=store.put(owner, b"garment"))
    return worker.make()


@in_loop
async def test_removing_deletes_the_picture_and_tells_its_owner_how_to_object(
    complaints: Complaints, notices: Notices, herald: Herald, store: Store, made: Job
) -> None:
    await complaints.report(BEN.person, made.id, "  no  ")
    docket = await complaints.docket(ADA.place)
    assert docket.reported[0].reasons == ("no",)
    await complaints.remove_reported(MOD, made.id)
    assert made.result_key not in {stored.key for stored in store.stored()}
    await notices.round()
    assert [(one.verdict, one.may_appeal) for one in herald.told] == [(Verdict.REMOVED, True)]
    with pytest.raises(WrongState):
        await complaints.dismiss_reports(MOD, made.id)


@pytest.mark.parametrize(
    ("granted", "lift", "verdict"),
    [(False, False, Verdict.UPHELD), (True, False, Verdict.GRANTED), (True, True, Verdict.LIFTED)],
)
@in_loop
async def test_the_owner_hears_how_the_appeal_ended(
    complaints: Complaints,
    notices: Notices,
    herald: Herald,
    made: Job,
    granted: bool,
    lift: bool,
    verdict: Verdict,
) -> None:
    await complaints.report(BEN.person, made.id, "no")
    await complaints.remove_reported(MOD, made.id)
    await complaints.appeal(ADA.person, made.id, "it is me")
    (waiting,) = (await complaints.docket(ADA.place)).appeals
    await complaints.decide_appeal(MOD, waiting.id, granted=granted, lift_ban=lift)
    await notices.round()
    assert [one.verdict for one in herald.told] == [Verdict.REMOVED, verdict]
    assert str(made.id) in notice_text(tongue("tr"), verdict, made.id)
    assert not await complaints.may_appeal(ADA.person, made.id)


@in_loop
async def test_a_notice_is_owed_until_it_was_told_whatever_dies(
    complaints: Complaints, notices: Notices, herald: Herald, office: Office, made: Job
) -> None:
    await complaints.report(BEN.person, made.id, "no")
    await complaints.remove_reported(MOD, made.id)
    herald.trouble = Later(600)
    await notices.round()
    await notices.round()
    assert len(herald.told) == 1, "not before its time"
    # Another process begins without what this one remembers.
    herald.trouble = None
    await Notices(office.desk, "discord", herald).round()
    assert [one.id for one in herald.told] == [1, 1]
    assert not office.desk.owed_notices("discord")


@in_loop
async def test_who_cannot_be_reached_is_told_once(
    complaints: Complaints, notices: Notices, herald: Herald, office: Office, made: Job
) -> None:
    office.desk.remove_job(None, made.id)
    herald.trouble = Unreachable("403")
    await notices.round()
    await notices.round()
    assert len(herald.told) == 1


@in_loop
async def test_who_cannot_be_written_to_reads_what_is_owed_when_they_come(
    complaints: Complaints, office: Office, made: Job
) -> None:
    letters = Letters(office.desk)
    assert not await letters.unread(ADA.person)
    office.desk.remove_job(MOD, made.id)
    (first,) = await letters.unread(ADA.person)
    assert (first.job.id, first.verdict, first.may_appeal) == (made.id, Verdict.REMOVED, True)
    office.welcome(BEN)
    for stranger in (BEN.person, EVE.person):
        await letters.read(stranger, [first.id])
        assert not await letters.unread(stranger)
    assert await letters.unread(ADA.person), "still there, whoever else said they had read it"
    await complaints.appeal(ADA.person, made.id, "it is me")
    (waiting,) = (await complaints.docket(ADA.place)).appeals
    await complaints.decide_appeal(MOD, waiting.id, granted=True)
    await letters.read(ADA.person, [first.id])
    assert [one.verdict for one in await letters.unread(ADA.person)] == [Verdict.GRANTED]


@in_loop
async def test_an_owner_sees_what_was_removed_and_what_became_of_their_objection(
    complaints: Complaints, office: Office, made: Job
) -> None:
    own = office.make_picture(ADA)
    office.desk.remove_job(ADA.person, own.id)
    assert not await complaints.removals(ADA.person)
    assert not await complaints.removals(EVE.person)
    office.desk.remove_job(MOD, made.id)
    (removal,) = await complaints.removals(ADA.person)
    assert (removal.job.id, removal.appealed, removal.verdict) == (made.id, False, None)
    await complaints.appeal(ADA.person, made.id, "it is me")
    assert [(one.appealed, one.verdict) for one in await complaints.removals(ADA.person)] == [(True, None)]
    (waiting,) = (await complaints.docket(ADA.place)).appeals
    await complaints.decide_appeal(MOD, waiting.id, granted=False)
    assert [one.verdict for one in await complaints.removals(ADA.person)] == [Verdict.UPHELD]


def test_who_removes_a_picture_of_their_own_or_one_twice_is_not_told(office: Office, made: Job) -> None:
    office.desk.remove_job(ADA.person, made.id)
    office.desk.remove_job(MOD, made.id)
    assert not office.desk.owed_notices("discord")


def test_a_notice_of_a_month_ago_is_not_told_any_more(office: Office, made: Job) -> None:
    office.desk.remove_job(MOD, made.id)
    office.clock.now += timedelta(days=31)
    assert office.desk.drop_notices() == 1
