"""A member's own affairs on Discord."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from tasks.errors import UnknownPerson
from tasks.records import JobState, Person
from tasks.store.store import Store
from tests.bot.discord.kit import Server, server
from tests.bot.kit import Worker, in_loop
from tests.tasks.kit import Office

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


async def ada(here: Server, command: str, **options: Any) -> str:
    """What she is told; nobody else sees it."""
    result = await here.ada.slash(here.channel, command, **options)
    assert result.response is not None
    assert result.response.ephemeral
    return str(result.response.content)


@in_loop
async def test_what_is_left_of_the_quota(office: Office, store: Store, worker: Worker) -> None:
    async with server(office.with_settings(member_limit=2), store, worker) as here:
        assert "**You have 2 pictures left.**" in await ada(here, "quota")
        here.welcome(here.ada)
        await here.tryon()
        told = await ada(here, "quota")
        assert "**You have one picture left.**" in told
        assert "Used today: 1 of 2." in told
        assert "The next ones come <t:" in told


@in_loop
async def test_the_queue_and_ones_own_place_in_it(office: Office, store: Store, worker: Worker) -> None:
    async with server(office, store, worker) as here:
        assert await ada(here, "queue") == "0 pictures are waiting. 0 are in the making."
        here.welcome(here.ada)
        await here.tryon()
        await here.tryon()
        worker.start()
        told = await ada(here, "queue")
        assert told.splitlines()[0] == "One picture is waiting. One is in the making."
        assert "Yours (number 1) is in the making." in told
        assert "Yours (number 2): 0 before it" in told
        office.desk.pause_all(None)
        assert "paused for maintenance" in await ada(here, "queue")


@in_loop
async def test_consent_is_given_and_taken_back_under_privacy(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        first = await here.ada.slash(here.channel, "privacy")
        assert first.response is not None
        assert "You have not agreed" in first.response.content
        await here.ada.click(first.response.message, label="I agree")
        await here.tryon()
        await here.restart()
        again = await here.ada.slash(here.channel, "privacy")
        assert again.response is not None
        assert "You agreed to version 1" in again.response.content
        revoked = await here.ada.click(again.response.message, label="Take consent back")
        assert revoked.response is not None
        assert "One picture that was waiting is cancelled." in revoked.response.content
        (job,) = office.desk.history(Person("discord", str(here.ada.id)))
        assert job.state is JobState.CANCELLED
        asked = await here.tryon()
        assert "18 or older" in asked.followups[0].content


@in_loop
async def test_terms_that_changed_meanwhile_are_shown_anew(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        asked = await here.tryon()
        here.office = office.with_settings(consent_version="2")
        await here.restart()
        answer = await here.ada.click(asked.followups[0].message, label="I agree")
        assert answer.response is not None
        assert "Version 2." in answer.response.content
        with pytest.raises(UnknownPerson):
            office.desk.person(Person("discord", str(here.ada.id)))


@in_loop
async def test_forget_me_deletes_pictures_and_rows_and_says_how_many(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        here.welcome(here.ada)
        await here.tryon()
        worker.make()
        await here.deliver()
        asked = await here.ada.slash(here.channel, "forget me")
        assert asked.response is not None
        assert "no way back" in asked.response.content
        await here.restart()
        done = await here.ada.click(asked.response.message, label="Delete everything")
        assert done.response is not None
        for line in ("3 pictures and photos", "one request", "one consent", "3 other entries"):
            assert f"• {line}" in done.response.content
        assert not list(store.stored())
        with pytest.raises(UnknownPerson):
            office.desk.person(Person("discord", str(here.ada.id)))


@in_loop
async def test_what_was_made_is_listed_and_shown_again(office: Office, store: Store, worker: Worker) -> None:
    async with server(office, store, worker) as here:
        assert "not made any picture yet" in await ada(here, "history")
        here.welcome(here.ada, here.ben)
        await here.tryon()
        worker.make()
        await here.deliver()
        assert (await ada(here, "history")).startswith("• 1: finished, <t:")
        shown = await here.ada.slash(here.channel, "history", number=1)
        assert shown.response is not None
        assert shown.response.ephemeral
        (file,) = shown.response.attachments
        assert await file.read() == worker.picture
        # Deleted under the copy, it goes everywhere.
        await here.ada.click(shown.response.message, label="Delete")
        assert here.channel.history() == []
        assert (await ada(here, "history")).startswith("• 1: removed")
        assert "not kept any longer" in await ada(here, "history", number=1)
        strange = await here.ben.slash(here.channel, "history", number=1)
        assert strange.response is not None
        assert "somebody else's" in strange.response.content


@in_loop
async def test_help_names_every_command_for_members(office: Office, store: Store, worker: Worker) -> None:
    async with server(office, store, worker) as here:
        told = await ada(here, "help")
        for command in here.client.tree.get_commands(type=discord.AppCommandType.chat_input):
            if command.name not in ("mod", "help"):
                assert f"/{command.name}" in told


@in_loop
async def test_a_command_that_the_bot_no_longer_has_is_answered_with_a_number(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        here.client.tree.remove_command("quota")
        assert (await ada(here, "quota")).startswith("Something went wrong on my side.")
        assert [type(error).__name__ for error in here.env.errors] == ["CommandNotFound"]
