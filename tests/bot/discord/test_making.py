"""From `/tryon` to the picture, as a member sees it on Discord."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.records import JobState, Person
from tasks.store.store import Store
from tests.bot.discord.kit import GARMENT, PERSON, Server, server
from tests.bot.kit import Worker, in_loop, photo
from tests.tasks.kit import Office

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def texts(here: Server, viewer: Any = None) -> list[str]:
    return [message.content for message in here.channel.history(viewer=viewer)]


def buttons(message: Any) -> dict[str, str]:
    """The labels under a message, and what they are."""
    return {
        item.label: item.custom_id
        for row in message.components
        for item in row.children
        if getattr(item, "label", None)
    }


@in_loop
async def test_one_message_lives_through_queue_steps_and_result(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        here.welcome(here.ada)
        asked = await here.tryon(seed=7)
        assert asked.response is not None
        assert asked.response.content == "Looking at your photos ..."
        await here.deliver()
        placeholder = here.channel.last_message
        assert placeholder.content == "Your picture is next."
        assert list(buttons(placeholder)) == ["Cancel"]
        _, token = worker.start()
        office.desk.heartbeat(token, 15)
        here.client.delivery._watched.clear()
        await here.deliver()
        assert "50 %" in here.channel.last_message.content
        owner = office.desk.account(Person("discord", str(here.ada.id)))
        office.desk.succeed(token, store.put(owner, worker.picture))
        await here.deliver()
        result = here.channel.last_message
        assert result.id == placeholder.id
        assert result.content == "Made by AI from your photos. Seed 7."
        assert list(buttons(result)) == [
            "Again",
            "Settings ...",
            "Repaint on",
            "Compare",
            "Save garment ...",
            "Original size",
            "Delete",
            "Report ...",
        ]
        assert len(texts(here)) == 1


@in_loop
async def test_a_private_picture_is_seen_by_its_member_only(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        here.welcome(here.ada)
        await here.tryon(private=True)
        worker.make()
        await here.deliver()
        assert texts(here, here.ben) == []
        assert texts(here, here.ada)[0].startswith("Made by AI")


@in_loop
async def test_an_answer_later_than_the_token_comes_by_the_bots_own_rights(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        here.welcome(here.ada)
        await here.tryon()
        await here.env.advance_time(16 * 60)
        worker.make()
        await here.deliver()
        assert texts(here)[0].startswith("Made by AI")
        assert len(texts(here)) == 1


@in_loop
async def test_a_private_answer_later_than_the_token_comes_as_a_direct_message_once(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        here.welcome(here.ada)
        await here.tryon(private=True)
        await here.env.advance_time(16 * 60)
        made = worker.make()
        await here.deliver()
        chat = here.ada.user.dm_channel
        assert [message.content[:10] for message in chat.history()] == ["Made by AI"]
        # The bot had died before it could say that it was delivered.
        _undeliver(office, made.id)
        await here.restart()
        await here.deliver()
        assert len(chat.history()) == 1
        assert office.desk.job(made.id).delivered_at is not None


def _undeliver(office: Office, job_id: int) -> None:
    from sqlalchemy import update

    from tasks.db.engine import writing
    from tasks.db.work import jobs

    with writing(office.engine) as connection:
        connection.execute(update(jobs).where(jobs.c.id == job_id).values(delivered_at=None))


@in_loop
async def test_a_restart_at_any_moment_loses_nothing(office: Office, store: Store, worker: Worker) -> None:
    async with server(office, store, worker) as here:
        here.welcome(here.ada)
        await here.tryon()
        await here.restart()
        await here.deliver()
        assert texts(here) == ["Your picture is next."]
        worker.start()
        await here.restart()
        await here.deliver()
        assert "Making your picture." in texts(here)[0]
        job = office.desk.history(Person("discord", str(here.ada.id)))[0]
        assert job.state is JobState.RUNNING


@in_loop
async def test_a_placeholder_that_was_deleted_ends_the_matter(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        here.welcome(here.ada)
        await here.tryon()
        await here.mod_deletes_last()
        made = worker.make()
        await here.deliver()
        assert texts(here) == []
        assert office.desk.job(made.id).delivered_at is not None


@in_loop
async def test_a_file_that_is_no_photo_is_told_to_the_member_alone(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        here.welcome(here.ada)
        asked = await here.tryon(garment=("shirt.jpg", b"hello"))
        (told,) = asked.followups
        assert told.ephemeral
        assert told.content == "I cannot read this file as a picture. Please send it as JPEG, PNG or WebP."
        assert texts(here, here.ben) == []
        assert not list(store.stored())


@in_loop
async def test_a_mistake_of_ours_gives_a_number_and_no_traceback(
    office: Office, store: Store, worker: Worker, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    async with server(office, store, worker) as here:
        here.welcome(here.ada)
        monkeypatch.setattr(office.desk, "submit", lambda *_: 1 / 0)
        asked = await here.tryon()
        (told,) = asked.followups
        assert told.content.startswith("Something went wrong on my side.")
        assert "ZeroDivision" not in told.content
        reference = told.content.rsplit(" ", 1)[1]
        assert any(reference in str(record.msg) for record in caplog.records)
        assert texts(here, here.ben) == []


@in_loop
async def test_an_outfit_is_put_on_top_first_in_one_message(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        here.welcome(here.ada)
        trousers = ("trousers.jpg", photo("navy"))
        await here.tryon(garment=trousers, type="lower_body", second=GARMENT, **{"second-type": "upper_body"})
        worker.make()
        await here.deliver()
        await here.deliver()
        assert [text.splitlines()[0] for text in texts(here)] == ["Your picture is next."]
        worker.make()
        await here.deliver()
        assert [text[:10] for text in texts(here)] == ["Made by AI"]
        bottom, top = office.desk.history(Person("discord", str(here.ada.id)))
        assert (top.request.garment_type, bottom.request.garment_type) == ("upper_body", "lower_body")
        owner = office.desk.account(Person("discord", str(here.ada.id)))
        assert store.get(owner, top.request.reference_key) == GARMENT[1]


@in_loop
async def test_a_picture_in_a_message_is_tried_on_by_a_right_click(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        here.welcome(here.ada)
        shown = await here.ben.send(here.channel, "look", attachments=[GARMENT])
        form = await here.ada.context_menu(here.channel, "Try this on me", shown)
        await here.ada.submit_modal(form, {"person": [PERSON], "type": ["dresses"], "private": ["no"]})
        worker.make()
        await here.deliver()
        assert texts(here)[-1].startswith("Made by AI")
        (job,) = office.desk.history(Person("discord", str(here.ada.id)))
        owner = office.desk.account(Person("discord", str(here.ada.id)))
        assert job.request.garment_type == "dresses"
        assert store.get(owner, job.request.reference_key) == GARMENT[1]
        assert store.get(owner, job.request.source_key) == PERSON[1]


@in_loop
async def test_a_message_without_a_picture_cannot_be_tried_on(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        said = await here.ben.send(here.channel, "hello")
        told = await here.ada.context_menu(here.channel, "Try this on me", said)
        assert told.response is not None
        assert told.response.ephemeral
        assert "cannot read this file" in told.response.content
