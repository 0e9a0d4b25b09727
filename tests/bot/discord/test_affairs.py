"""A member's own affairs on Discord."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from tasks.errors import UnknownPerson
from tasks.records import Person
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
