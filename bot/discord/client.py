"""The client: what Discord says comes in here, and goes to commands and buttons."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import discord
from discord import app_commands

from bot.core.affairs import Affairs
from bot.core.asking import Asking
from bot.core.catalogues import Catalogues
from bot.core.complaints import Complaints
from bot.core.delivery import Delivery
from bot.core.houses import Houses
from bot.core.keepsakes import Keepsakes
from bot.core.moderating import Moderating
from bot.core.notices import Notices
from bot.core.pending import Pending
from bot.core.rack import Rack
from bot.discord.buttons.complaints import CaseButton
from bot.discord.buttons.consent import ConsentButton, InputsButton, RevokeButton
from bot.discord.buttons.forget import ForgetButton
from bot.discord.buttons.job import JobButton, TypeSelect
from bot.discord.buttons.keepsakes import RemovePhotoButton
from bot.discord.commands import affairs, keepsakes, menus, moderation, pictures
from bot.discord.commands.history import history
from bot.discord.doorway import Doorway
from bot.discord.herald import DiscordHerald
from bot.discord.people import PLATFORM
from bot.discord.placeholders import Placeholders
from bot.discord.post import DiscordPost
from bot.discord.replies import failed
from bot.discord.rights import Rights
from bot.discord.speech import CommandTranslator
from config.settings import Settings
from tasks.clock import Clock, system_clock
from tasks.desk import Desk
from tasks.store.store import Store

# Called with the interaction in which they agreed, and what they wanted.
GoOn = Callable[[Any, Mapping[str, Any]], Awaitable[None]]


class _Tree(app_commands.CommandTree["TryOnClient"]):
    async def on_error(
        self, interaction: discord.Interaction[TryOnClient], error: app_commands.AppCommandError, /
    ) -> None:
        await failed(interaction, error)


class TryOnClient(discord.Client):
    """Keeps no messages and no members in memory: the database and Discord know them."""

    def __init__(
        self,
        desk: Desk,
        store: Store,
        settings: Settings,
        catalogues: Catalogues,
        clock: Clock = system_clock,
    ) -> None:
        super().__init__(
            # Servers with their roles and channels; everything else comes with each interaction.
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
        )
        self.settings = settings
        self.clock = clock
        self.catalogues = catalogues
        self.asking = Asking(desk, store, settings)
        self.affairs = Affairs(desk, store, settings, clock)
        self.keepsakes = Keepsakes(desk, store, settings, clock)
        self.notices = Notices(desk, PLATFORM, DiscordHerald(self))
        self.complaints = Complaints(desk, store, self.notices.wake)
        self.moderating = Moderating(desk, store)
        self.houses = Houses(desk)
        self.desk = desk
        self.post = DiscordPost(self, clock)
        self.delivery = Delivery(desk, store, self.asking, self.post, clock)
        self.rights = Rights(self.houses)
        self.pending = Pending(desk)
        # What may wait until its member agrees to the terms: by names, since it waits in the database.
        self.go_on: Mapping[str, GoOn] = {
            pictures.PICTURE: pictures.go_on,
            keepsakes.PHOTO: keepsakes.save_photo,
            keepsakes.GARMENT: keepsakes.save_garment,
            menus.READY: menus.put_ready,
        }
        self.rack = Rack(desk, store, settings, clock)
        self.doorway = Doorway()
        self.placeholders = Placeholders(self)
        self.tree = _Tree(
            self,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        )
        commands: tuple[app_commands.Command[Any, ..., Any] | app_commands.Group, ...] = (
            *pictures.COMMANDS,
            history,
            *keepsakes.COMMANDS,
            *affairs.COMMANDS,
            moderation.MOD,
        )
        for command in commands:
            self.tree.add_command(command)
        self.tree.add_command(menus.try_this_on)
        self.tree.add_command(menus.use_as_garment)

    async def setup_hook(self) -> None:
        """Before the first event: buttons of earlier processes are known, and Discord knows our commands."""
        self.add_dynamic_items(
            JobButton,
            TypeSelect,
            CaseButton,
            ConsentButton,
            InputsButton,
            RevokeButton,
            RemovePhotoButton,
            ForgetButton,
        )
        await self.tree.set_translator(CommandTranslator(self.catalogues))
        await self.tree.sync()
