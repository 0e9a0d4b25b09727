"""`/mod`: what moderators see and do. Whether they may is checked in each, not left to Discord's settings."""

from __future__ import annotations

from typing import Any

from discord import app_commands

from bot.discord.commands.moderation.bans import ban, bans, unban
from bot.discord.commands.moderation.group import MOD
from bot.discord.commands.moderation.house import pause, resume, settings
from bot.discord.commands.moderation.jobs import JOBS
from bot.discord.commands.moderation.quota import QUOTA
from bot.discord.commands.moderation.record import audit, undo
from bot.discord.commands.moderation.reports import REPORTS

_COMMANDS: tuple[app_commands.Command[Any, ..., Any] | app_commands.Group, ...] = (
    QUOTA,
    JOBS,
    REPORTS,
    ban,
    unban,
    bans,
    settings,
    pause,
    resume,
    audit,
    undo,
)
for _command in _COMMANDS:
    MOD.add_command(_command)

__all__ = ["MOD"]
