"""A whole Discord in this process (SimCord), and our real client in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import discord
import simcord

from bot.discord.client import TryOnClient
from tasks.records import Person
from tasks.store.store import Store
from tests.bot.kit import CATALOGUES, Worker, photo
from tests.tasks.kit import Office

PERSON = ("me.jpg", photo("teal"))
GARMENT = ("shirt.png", photo("gold", kind="PNG"))


@dataclass
class Server:
    """A server with a channel, a member, a stranger and a moderator."""

    env: simcord.Env
    office: Office
    store: Store
    worker: Worker
    client: TryOnClient
    guild: Any
    channel: Any
    ada: Any
    ben: Any
    mod: Any

    async def deliver(self) -> None:
        """What the delivery does by itself all the time."""
        await self.client.delivery.round()
        await self.client.notices.round()
        await self.env.settle()

    async def restart(self) -> None:
        """The bot dies, and another process takes its place."""
        self.client = TryOnClient(
            self.office.desk, self.store, self.office.settings, CATALOGUES, self.env.now
        )
        await self.env.restart_bot(self.client)

    async def tryon(self, **options: Any) -> simcord.InteractionResult:
        chosen = {"person": PERSON, "garment": GARMENT, **options}
        result: simcord.InteractionResult = await self.ada.slash(self.channel, "tryon", **chosen)
        return result

    async def mod_deletes_last(self) -> None:
        """A moderator of Discord deletes the newest message."""
        admins = self.guild.create_role("Admins", permissions=discord.Permissions.all())
        admin = self.guild.add_member(self.env.create_user("admin"), roles=[admins])
        await admin.delete(self.channel.last_message)

    def welcome(self, *actors: Any, keep: bool = True) -> None:
        """They agreed to the terms before, and, unless said else, have their photos kept for another go."""
        for actor in actors:
            self.office.desk.give_consent(Person("discord", str(actor.id)), keep_inputs=keep)


class _Clock:
    """The simulation's time, once there is one."""

    def __init__(self) -> None:
        self.env: simcord.Env | None = None

    def __call__(self) -> datetime:
        return datetime.now(UTC) if self.env is None else self.env.now()


@asynccontextmanager
async def server(office: Office, store: Store, worker: Worker) -> AsyncIterator[Server]:
    """The bot is there, and nobody has spoken to it yet."""
    clock = _Clock()
    client = TryOnClient(office.desk, store, office.settings, CATALOGUES, clock)
    async with simcord.run(client) as env:
        clock.env = env
        # One time for the desk and for Discord.
        office.clock.now = env.now()
        guild = env.create_guild()
        channel = guild.create_text_channel("pictures")
        mods = guild.create_role("Mods", permissions=discord.Permissions(manage_guild=True))
        yield Server(
            env,
            office,
            store,
            worker,
            client,
            guild,
            channel,
            ada=guild.add_member(env.create_user("ada")),
            ben=guild.add_member(env.create_user("ben")),
            mod=guild.add_member(env.create_user("mod"), roles=[mods]),
        )
