"""`/mod settings`, `/mod pause`, `/mod resume`: how the bot behaves in this server."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from zoneinfo import available_timezones

import discord
from discord import app_commands
from discord.app_commands import Choice, locale_str

from bot.core.crossing import aside
from bot.core.houses import House
from bot.core.tongue import Tongue
from bot.discord.commands.moderation.group import begin, done, show_lines
from bot.discord.people import asker_of, person_of
from bot.discord.replies import Interaction, answering
from tasks.records import MAX_COOLDOWN, MAX_PICTURES, MAX_RESULT_HOURS, CommunityChanges, Window
from tasks.reports import Community

_REASON = locale_str("Why; it stands in the record.")
_MOST_CHOICES = 25
Pictures = app_commands.Range[int, 0, MAX_PICTURES]


@dataclass(frozen=True)
class _Wanted:
    """What `/mod settings` was given; `None`: not spoken of."""

    limits: CommunityChanges
    language: str | None
    log_channel: discord.TextChannel | None
    channel: discord.TextChannel | None
    moderator_role: discord.Role | None
    forget: str | None
    threshold: float | None

    def house(self, house: House) -> House:
        """The house as it is to be. A channel or a role that is in it already goes out of it."""
        if self.language is not None:
            house = replace(house, language=self.language)
        if self.log_channel is not None:
            house = replace(house, log_channel=str(self.log_channel.id))
        if self.channel is not None:
            house = replace(house, channels=_turned(house.channels, str(self.channel.id)))
        if self.moderator_role is not None:
            roles = _turned(house.moderator_roles, str(self.moderator_role.id))
            house = replace(house, moderator_roles=roles)
        if self.threshold is not None:
            house = replace(house, nsfw_threshold=self.threshold)
        match self.forget:
            case "threshold":
                house = replace(house, nsfw_threshold=None)
            case "language":
                house = replace(house, language=None)
            case "log_channel":
                house = replace(house, log_channel=None)
            case "channels":
                house = replace(house, channels=())
            case "moderator_roles":
                house = replace(house, moderator_roles=())
        return house

    def changes(self) -> CommunityChanges:
        """The limits as they are to be."""
        changes = CommunityChanges(**self.limits)
        match self.forget:
            case "member_limit":
                changes["member_limit"] = None
            case "pool_limit":
                changes["pool_limit"] = None
            case "cooldown":
                changes["cooldown_seconds"] = None
            case "time_zone":
                changes["time_zone"] = None
            case "window":
                changes["quota_window"] = None
            case "result_hours":
                changes["result_hours"] = None
        return changes

    @property
    def empty(self) -> bool:
        own = (
            self.language,
            self.log_channel,
            self.channel,
            self.moderator_role,
            self.forget,
            self.threshold,
        )
        return not self.limits and all(value is None for value in own)


@app_commands.command(
    name=locale_str("settings"), description=locale_str("How the bot behaves here; without options, show it.")
)
@app_commands.rename(
    member_limit=locale_str("member-limit"),
    pool_limit=locale_str("server-limit"),
    cooldown=locale_str("cooldown"),
    time_zone=locale_str("time-zone"),
    window=locale_str("window"),
    language=locale_str("language"),
    log_channel=locale_str("log-channel"),
    channel=locale_str("channel"),
    moderator_role=locale_str("moderator-role"),
    forget=locale_str("default"),
    threshold=locale_str("threshold"),
    retention=locale_str("retention"),
)
@app_commands.describe(
    member_limit=locale_str("Pictures that a member may make in a day."),
    pool_limit=locale_str("Pictures that the whole server may make in a day."),
    cooldown=locale_str("Seconds between two requests of a member."),
    time_zone=locale_str("When a day begins here, such as Europe/Istanbul."),
    window=locale_str("Over what pictures are counted."),
    language=locale_str("For members whose own language the bot does not speak."),
    log_channel=locale_str("Where moderators' acts are told."),
    channel=locale_str("Add a channel for pictures, or take it out; without any, they are made everywhere."),
    moderator_role=locale_str("Add a role that moderates the bot, or take it out."),
    forget=locale_str("Set one back to what it is without you."),
    threshold=locale_str("From 0 to 1: how sure the classifier must be to block a picture."),
    retention=locale_str("Hours for which pictures are kept; no longer than the operator keeps them."),
)
@app_commands.choices(
    window=[
        Choice[str](name=locale_str("By day"), value=Window.DAILY.value),
        Choice[str](name=locale_str("The last 24 hours"), value=Window.ROLLING.value),
    ],
    language=[Choice[str](name="English", value="en"), Choice[str](name="Türkçe", value="tr")],
    forget=[
        Choice[str](name=locale_str("member-limit"), value="member_limit"),
        Choice[str](name=locale_str("server-limit"), value="pool_limit"),
        Choice[str](name=locale_str("cooldown"), value="cooldown"),
        Choice[str](name=locale_str("time-zone"), value="time_zone"),
        Choice[str](name=locale_str("window"), value="window"),
        Choice[str](name=locale_str("language"), value="language"),
        Choice[str](name=locale_str("log-channel"), value="log_channel"),
        Choice[str](name=locale_str("channel"), value="channels"),
        Choice[str](name=locale_str("moderator-role"), value="moderator_roles"),
        Choice[str](name=locale_str("threshold"), value="threshold"),
        Choice[str](name=locale_str("retention"), value="result_hours"),
    ],
)
async def settings(
    interaction: Interaction,
    member_limit: Pictures | None = None,
    pool_limit: Pictures | None = None,
    cooldown: app_commands.Range[int, 0, MAX_COOLDOWN] | None = None,
    time_zone: str | None = None,
    window: str | None = None,
    language: str | None = None,
    log_channel: discord.TextChannel | None = None,
    channel: discord.TextChannel | None = None,
    moderator_role: discord.Role | None = None,
    forget: str | None = None,
    threshold: app_commands.Range[float, 0, 1] | None = None,
    retention: app_commands.Range[int, 1, MAX_RESULT_HOURS] | None = None,
) -> None:
    """One act for all that is given."""
    limits = CommunityChanges()
    if member_limit is not None:
        limits["member_limit"] = member_limit
    if pool_limit is not None:
        limits["pool_limit"] = pool_limit
    if cooldown is not None:
        limits["cooldown_seconds"] = cooldown
    if time_zone is not None:
        limits["time_zone"] = time_zone
    if retention is not None:
        limits["result_hours"] = retention
    if window is not None:
        limits["quota_window"] = Window(window)
    wanted = _Wanted(limits, language, log_channel, channel, moderator_role, forget, threshold)
    await answering(interaction, lambda: _settings(interaction, wanted))


async def _settings(interaction: Interaction, wanted: _Wanted) -> None:
    tongue = await begin(interaction)
    client, place = interaction.client, asker_of(interaction).place
    await client.rights.check_moderator(interaction)
    if wanted.moderator_role is not None:
        await client.rights.check_above_role(interaction, wanted.moderator_role)
    if wanted.empty:
        house = await client.houses.of(place)
        community = await aside(client.desk.community, place)
        await show_lines(interaction, _lines(tongue, house, community))
        return
    act = await client.houses.change(person_of(interaction.user), place, wanted.house, wanted.changes())
    await done(interaction, tongue, act, tongue.say("The settings are changed."))


@settings.autocomplete("time_zone")
async def _time_zones(interaction: Interaction, current: str) -> list[Choice[str]]:
    wanted = current.casefold()
    found: Iterable[str] = (zone for zone in sorted(available_timezones()) if wanted in zone.casefold())
    return [Choice(name=zone, value=zone) for zone, _ in zip(found, range(_MOST_CHOICES), strict=False)]


@app_commands.command(name=locale_str("pause"), description=locale_str("Take no requests here for now."))
@app_commands.rename(reason=locale_str("reason"))
@app_commands.describe(reason=_REASON)
async def pause(interaction: Interaction, reason: app_commands.Range[str, 0, 200] = "") -> None:
    """What runs goes on; what waits, waits."""

    async def answer() -> None:
        tongue = await begin(interaction)
        client = interaction.client
        await client.rights.check_moderator(interaction)
        place = asker_of(interaction).place
        act = await aside(client.desk.pause, person_of(interaction.user), place, reason)
        await done(interaction, tongue, act, tongue.say("The bot is paused here."))

    await answering(interaction, answer)


@app_commands.command(name=locale_str("resume"), description=locale_str("Take requests here again."))
@app_commands.rename(reason=locale_str("reason"))
@app_commands.describe(reason=_REASON)
async def resume(interaction: Interaction, reason: app_commands.Range[str, 0, 200] = "") -> None:
    """End the pause."""

    async def answer() -> None:
        tongue = await begin(interaction)
        client = interaction.client
        await client.rights.check_moderator(interaction)
        place = asker_of(interaction).place
        act = await aside(client.desk.resume, person_of(interaction.user), place, reason)
        await done(interaction, tongue, act, tongue.say("The bot takes requests here again."))

    await answering(interaction, answer)


def _turned(among: tuple[str, ...], one: str) -> tuple[str, ...]:
    return tuple(other for other in among if other != one) if one in among else (*among, one)


def _lines(tongue: Tongue, house: House, community: Community | None) -> list[str]:
    usual = tongue.say("as the operator set it")

    def shown(value: object) -> object:
        return usual if value is None else value

    def mentioned(sign: str, ids: tuple[str, ...], none: str) -> str:
        return " ".join(f"<{sign}{one}>" for one in ids) or none

    window = {
        None: usual,
        "daily": tongue.say("By day"),
        "rolling": tongue.say("The last 24 hours"),
    }[None if community is None else community.quota_window]
    languages = {None: usual, "en": "English", "tr": "Türkçe"}
    lines = [
        tongue.say(
            "Pictures a day for each member: {value}", value=shown(community and community.member_limit)
        ),
        tongue.say(
            "Pictures a day for all together: {value}", value=shown(community and community.pool_limit)
        ),
        tongue.say(
            "Seconds between two requests of a member: {value}",
            value=shown(community and community.cooldown_seconds),
        ),
        tongue.say("A day: {value}", value=window),
        tongue.say("Hours for which pictures are kept: {value}", value=shown(house.result_hours)),
        tongue.say("Time zone: {value}", value=shown(community and community.time_zone)),
        tongue.say("Language: {value}", value=languages.get(house.language, usual)),
        tongue.say("Channels: {value}", value=mentioned("#", house.channels, tongue.say("all"))),
        tongue.say(
            "Moderators beside those who manage the server: {value}",
            value=mentioned("@&", house.moderator_roles, tongue.say("none")),
        ),
        tongue.say(
            "Acts are told in: {value}",
            value=tongue.say("no channel") if house.log_channel is None else f"<#{house.log_channel}>",
        ),
    ]
    lines.append(tongue.say("Classifier blocks from (0 to 1): {value}", value=shown(house.nsfw_threshold)))
    if community is not None:
        for role in community.roles:
            lines.append(f"<@&{role.role}>: {shown(role.member_limit)}")
        if community.paused:
            lines.append(tongue.say("The bot is paused here."))
    return lines
