"""A request that died with a process: what its member reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.discord.address import Address
from tasks.store.store import Store
from tests.bot.discord.kit import Server, server
from tests.bot.kit import Worker, in_loop
from tests.tasks.kit import Office

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


async def left_by_a_dead_bot(here: Server) -> Address:
    """Of a request that came to the desk: its own is settled, and another one's is put up in its place."""
    here.welcome(here.ada)
    await here.tryon()
    address = Address.read(here.office.desk.job(1))
    await here.client.placeholders.put_up("lost", address)
    await here.env.advance_time(1)
    await here.restart()
    return address


@in_loop
async def test_the_next_process_tells_its_member_to_ask_again(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        await left_by_a_dead_bot(here)
        await here.client.placeholders.end_left()
        (message,) = here.channel.history()
        assert message.content.startswith("I was restarted before I had your photos.")
        assert office.desk.left_placeholders("discord", here.env.now() + timedelta(days=1)) == {}


@in_loop
async def test_a_process_that_died_over_its_greeting_is_answered_for_too(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        here.welcome(here.ada)
        await here.tryon()
        address = replace(Address.read(here.office.desk.job(1)), message="")
        await here.client.placeholders.announce("greeted", address)
        await here.client.placeholders.announce("never greeted", replace(address, token="none"))
        await here.env.advance_time(1)
        await here.restart()
        await here.client.placeholders.end_left()
        (message,) = here.channel.history()
        assert message.content.startswith("I was restarted before I had your photos.")
        assert office.desk.left_placeholders("discord", here.env.now() + timedelta(days=1)) == {}


@in_loop
async def test_a_message_that_is_gone_is_left_alone(office: Office, store: Store, worker: Worker) -> None:
    async with server(office, store, worker) as here:
        await left_by_a_dead_bot(here)
        await here.mod_deletes_last()
        await here.client.placeholders.end_left()
        assert office.desk.left_placeholders("discord", here.env.now() + timedelta(days=1)) == {}


@in_loop
async def test_what_was_asked_for_or_refused_is_settled(office: Office, store: Store, worker: Worker) -> None:
    async with server(office, store, worker) as here:
        await here.tryon()
        here.welcome(here.ada)
        await here.tryon()
        await here.tryon(person=("me.jpg", b"no picture"))
        assert office.desk.left_placeholders("discord", here.env.now() + timedelta(days=1)) == {}
