"""What a member keeps on Discord: their photo, their wardrobe, and photos for another go."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tasks.keeping.expiry import drop_inputs
from tasks.records import Job, Person
from tasks.store.store import Store
from tests.bot.discord.kit import GARMENT, PERSON, Server, server
from tests.bot.kit import Worker, in_loop, photo
from tests.tasks.kit import Office

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
OTHER = ("other.jpg", photo("navy"))


def ada_of(here: Server) -> Person:
    return Person("discord", str(here.ada.id))


def newest(here: Server) -> Job:
    return here.office.desk.history(ada_of(here), limit=1)[0]


def inputs(here: Server) -> tuple[bytes, bytes]:
    """Of the newest request."""
    job, owner = newest(here), here.office.desk.account(ada_of(here))
    return here.store.get(owner, job.request.source_key), here.store.get(owner, job.request.reference_key)


def told(result: Any) -> str:
    """The answer, which only the caller sees."""
    response = result.response
    answer = response if response is not None and response.content else result.followups[0]
    assert answer.ephemeral
    return str(answer.content)


def labels(message: Any) -> list[str]:
    """What stands on the buttons under a message."""
    rows = [row["components"] if isinstance(row, dict) else row.children for row in message.components]
    items = [item if isinstance(item, dict) else item.to_dict() for row in rows for item in row]
    return [item["label"] for item in items if "label" in item]


def let_age(folder: Path) -> None:
    """The disk's clock is not the simulation's: whatever is there was put long ago."""
    for file in (folder / "store").glob("*/*"):
        os.utime(file, (0, 0))


async def save_photo(here: Server, file: tuple[str, bytes] = PERSON) -> str:
    return told(await here.ada.slash(here.channel, "me photo", photo=file))


async def hang(here: Server, name: str) -> str:
    return told(
        await here.ada.slash(here.channel, "wardrobe add", name=name, garment=GARMENT, type="dresses")
    )


@in_loop
async def test_with_a_saved_photo_no_person_is_needed(office: Office, store: Store, worker: Worker) -> None:
    async with server(office, store, worker) as here:
        here.welcome(here.ada)
        asked = await here.ada.slash(here.channel, "tryon", garment=GARMENT)
        assert "/me photo" in told(asked)
        assert here.channel.history(viewer=here.ben) == []
        assert "Saved." in await save_photo(here)
        await here.ada.slash(here.channel, "tryon", garment=GARMENT)
        assert inputs(here) == (PERSON[1], GARMENT[1])
        await here.ada.slash(here.channel, "pose", target=OTHER)
        assert inputs(here) == (OTHER[1], PERSON[1])


@in_loop
async def test_a_photo_is_replaced_shown_and_deleted_for_good(
    office: Office, store: Store, worker: Worker, tmp_path: Path
) -> None:
    async with server(office, store, worker) as here:
        here.welcome(here.ada)
        await save_photo(here)
        let_age(tmp_path)
        await save_photo(here, OTHER)
        assert len(list(store.stored())) == 1, "the one before is gone"
        await here.restart()
        shown = await here.ada.slash(here.channel, "me photo")
        message = shown.response.message if shown.response else None
        assert shown.response is not None
        assert shown.response.ephemeral
        assert await shown.response.attachments[0].read() == OTHER[1]
        let_age(tmp_path)
        await here.ada.click(message, label="Delete")
        assert not list(store.stored())
        assert "Add a photo of yourself" in told(await here.ada.slash(here.channel, "me photo"))


@in_loop
async def test_nothing_is_saved_before_consent_and_then_it_goes_on_by_itself(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        asked = await here.ada.slash(here.channel, "me photo", photo=PERSON)
        assert asked.response is not None
        assert "18 or older" in asked.response.content
        assert not list(store.stored())
        await here.ada.click(asked.response.message, label="I agree")
        assert await here.client.keepsakes.photo(ada_of(here)) == PERSON[1]


@in_loop
async def test_what_is_no_picture_is_not_saved(office: Office, store: Store, worker: Worker) -> None:
    async with server(office, store, worker) as here:
        here.welcome(here.ada)
        assert "cannot read this file" in await save_photo(here, ("me.jpg", b"hello"))
        assert not list(store.stored())


@in_loop
async def test_a_garment_is_hung_listed_worn_and_removed(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        here.welcome(here.ada)
        await save_photo(here)
        assert "“red dress” hangs in your wardrobe" in await hang(here, "red  dress ")
        assert "already" in await hang(here, "red dress")
        listed = told(await here.ada.slash(here.channel, "wardrobe list"))
        assert listed.startswith("• red dress (Dress)")
        offered = await here.ada.autocomplete(here.channel, "wardrobe wear", "name", "DRE")
        assert [choice["value"] for choice in offered] == ["red dress"]
        await here.ada.slash(here.channel, "wardrobe wear", name="red dress")
        assert inputs(here) == (PERSON[1], GARMENT[1])
        assert newest(here).request.garment_type == "dresses"
        await here.ada.slash(here.channel, "wardrobe wear", name="red dress", person=OTHER)
        assert inputs(here) == (OTHER[1], GARMENT[1])
        office.desk.revoke_consent(ada_of(here))
        told(await here.ada.slash(here.channel, "wardrobe remove", name="red dress"))
        assert "empty" in told(await here.ada.slash(here.channel, "wardrobe list"))
        here.welcome(here.ada)
        gone = await here.ada.slash(here.channel, "wardrobe wear", name="red dress")
        assert "saved nothing under this name" in told(gone)


@in_loop
async def test_a_messages_picture_becomes_a_garment(office: Office, store: Store, worker: Worker) -> None:
    async with server(office, store, worker) as here:
        here.welcome(here.ada)
        await save_photo(here)
        post = await here.ben.send(here.channel, "look", attachments=[GARMENT])
        form = await here.ada.context_menu(here.channel, "Use as garment", post)
        await here.ada.submit_modal(form, {"name": "Ben's", "type": ["lower_body"]})
        (garment,) = office.desk.wardrobe(ada_of(here))
        assert (garment.name, garment.garment_type) == ("Ben's", "lower_body")
        form = await here.ada.context_menu(here.channel, "Use as garment", post)
        await here.ada.submit_modal(form, {"name": "", "type": ["dresses"]})
        await here.restart()
        await here.ada.slash(here.channel, "tryon")
        assert inputs(here) == (PERSON[1], GARMENT[1])
        assert newest(here).request.garment_type == "dresses"
        assert "Which garment?" in told(await here.ada.slash(here.channel, "tryon"))


@in_loop
async def test_try_this_on_me_takes_the_saved_photo(office: Office, store: Store, worker: Worker) -> None:
    async with server(office, store, worker) as here:
        here.welcome(here.ada)
        await save_photo(here)
        post = await here.ben.send(here.channel, "look", attachments=[GARMENT])
        form = await here.ada.context_menu(here.channel, "Try this on me", post)
        await here.ada.submit_modal(form, {"person": [], "type": ["upper_body"], "private": ["no"]})
        assert inputs(here) == (PERSON[1], GARMENT[1])


@in_loop
async def test_the_garment_of_a_picture_is_saved_from_its_button(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        here.welcome(here.ada, here.ben)
        await here.tryon()
        worker.make()
        await here.deliver()
        await here.restart()
        message = here.channel.history(viewer=here.ada)[-1]
        strange = await here.ben.click(message, label="Save garment ...")
        assert "somebody else's" in told(strange)
        form = await here.ada.click(message, label="Save garment ...")
        await here.ada.submit_modal(form, {"name": "shirt"})
        (garment,) = office.desk.wardrobe(ada_of(here))
        assert store.get(office.desk.account(ada_of(here)), garment.key) == GARMENT[1]


@pytest.mark.parametrize(
    ("answer", "again"), [("I agree", False), ("I agree; keep my photos for another go (one hour)", True)]
)
@in_loop
async def test_another_go_is_offered_to_those_who_had_their_photos_kept(
    office: Office, store: Store, worker: Worker, tmp_path: Path, answer: str, again: bool
) -> None:
    async with server(office, store, worker) as here:
        asked = await here.tryon()
        await here.ada.click(asked.followups[0].message, label=answer)
        job = worker.make()
        let_age(tmp_path)
        drop_inputs(office.desk, store, job.id)
        await here.deliver()
        shown = labels(here.channel.last_message)
        assert ("Again" in shown, "Compare" in shown, "Save garment ..." in shown) == (again,) * 3
        assert "Original size" in shown
        kept = {stored.key for stored in store.stored()}
        assert (job.request.source_key in kept) == again


@in_loop
async def test_what_is_saved_can_have_another_go_whatever_was_chosen(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        here.welcome(here.ada, keep=False)
        await save_photo(here)
        await hang(here, "dress")
        await here.ada.slash(here.channel, "wardrobe wear", name="dress")
        worker.make()
        await here.deliver()
        assert "Again" in labels(here.channel.last_message)


@in_loop
async def test_the_choice_is_changed_under_privacy_and_what_was_kept_goes_at_once(
    office: Office, store: Store, worker: Worker, tmp_path: Path
) -> None:
    async with server(office, store, worker) as here:
        here.welcome(here.ada)
        await here.tryon()
        job = worker.make()
        await here.deliver()
        shown = await here.ada.slash(here.channel, "privacy")
        assert shown.response is not None
        assert "one hour after the picture is finished, as you chose" in shown.response.content
        await here.restart()
        let_age(tmp_path)
        await here.ada.click(shown.response.message, label="Delete my photos at once")
        assert {stored.key for stored in store.stored()} == {job.result_key}
        late = await here.ada.click(here.channel.last_message, label="Settings ...")
        assert "not kept any longer" in told(late)
        again = await here.ada.slash(here.channel, "privacy")
        assert again.response is not None
        assert "deleted when the picture is finished." in again.response.content
        await here.ada.click(again.response.message, label="Keep my photos for another go")
        assert office.desk.person(ada_of(here)).keep_inputs


@in_loop
async def test_everything_is_handed_out_and_without_pictures_where_they_are_too_large(
    office: Office, store: Store, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with server(office, store, worker) as here:
        here.welcome(here.ada)
        await save_photo(here)
        result = await here.ada.slash(here.channel, "export")
        assert "with one picture" in told(result)
        assert result.response is not None
        with ZipFile(io.BytesIO(await result.response.attachments[0].read())) as archive:
            assert len(archive.namelist()) == 2
            assert json.loads(archive.read("data.json"))["saved_photos"][0]["name"] == "me"
        monkeypatch.setattr("bot.core.affairs._ROOM", 10**9)
        result = await here.ada.slash(here.channel, "export")
        assert "too large" in told(result)
        assert result.response is not None
        with ZipFile(io.BytesIO(await result.response.attachments[0].read())) as archive:
            assert archive.namelist() == ["data.json"]
