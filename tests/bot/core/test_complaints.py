"""Reports and appeals without a platform: who is told what."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from bot.core.complaints import Complaints, Notice, Verdict, notice_text
from tasks.errors import WrongState
from tasks.records import Job, Person
from tasks.store.store import Store
from tests.bot.kit import Worker, in_loop, tongue
from tests.tasks.kit import ADA, BEN, Office

MOD = Person("discord", "moderator")


@dataclass
class Herald:
    """Remembers what it was to tell, and reaches nobody."""

    told: list[Notice] = field(default_factory=list)

    async def tell(self, notice: Notice) -> bool:
        self.told.append(notice)
        return False


@pytest.fixture
def herald() -> Herald:
    return Herald()


@pytest.fixture
def complaints(office: Office, store: Store, herald: Herald) -> Complaints:
    return Complaints(office.desk, store, herald)


@pytest.fixture
def made(office: Office, store: Store, worker: Worker) -> Job:
    office.welcome(ADA)
    owner = office.desk.account(ADA.person)
    office.submit(ADA, source_key=store.put(owner, b"photo"), reference_key=store.put(owner, b"garment"))
    return worker.make()


@in_loop
async def test_removing_deletes_the_picture_and_tells_its_owner_how_to_object(
    complaints: Complaints, herald: Herald, store: Store, made: Job
) -> None:
    await complaints.report(BEN.person, made.id, "  no  ")
    docket = await complaints.docket(ADA.place)
    assert docket.reported[0].reasons == ("no",)
    await complaints.remove_reported(MOD, made.id)
    assert made.result_key not in {stored.key for stored in store.stored()}
    assert [(one.verdict, one.may_appeal) for one in herald.told] == [(Verdict.REMOVED, True)]
    with pytest.raises(WrongState):
        await complaints.dismiss_reports(MOD, made.id)


@pytest.mark.parametrize(
    ("granted", "lift", "verdict"),
    [(False, False, Verdict.UPHELD), (True, False, Verdict.GRANTED), (True, True, Verdict.LIFTED)],
)
@in_loop
async def test_the_owner_hears_how_the_appeal_ended(
    complaints: Complaints, herald: Herald, made: Job, granted: bool, lift: bool, verdict: Verdict
) -> None:
    await complaints.report(BEN.person, made.id, "no")
    await complaints.remove_reported(MOD, made.id)
    await complaints.appeal(ADA.person, made.id, "it is me")
    (waiting,) = (await complaints.docket(ADA.place)).appeals
    await complaints.decide_appeal(MOD, waiting.id, granted=granted, lift_ban=lift)
    assert herald.told[-1].verdict is verdict
    assert str(made.id) in notice_text(tongue("tr"), herald.told[-1])
    assert not await complaints.may_appeal(ADA.person, made.id)
