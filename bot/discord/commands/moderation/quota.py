"""`/mod quota`: what members and roles may."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.core.crossing import aside
from bot.core.member_texts import quota_text
from bot.discord.commands.moderation.group import begin, done, member_asker
from bot.discord.people import person_of
from bot.discord.replies import Interaction, answering
from tasks.errors import UnknownPerson
from tasks.records import MAX_PICTURES, MAX_WEIGHT, Asker

Limit = app_commands.Range[int, 0, MAX_PICTURES]
Weight = app_commands.Range[int, 1, MAX_WEIGHT]

QUOTA: app_commands.Group = app_commands.Group(
    name=locale_str("quota"), description=locale_str("What members and roles may.")
)
_USER = locale_str("The member.")
_LIMIT = locale_str("Pictures in a day; leave it out to follow roles and server.")
_WEIGHT = locale_str("How often they are served, against 1 for everybody.")
_REASON = locale_str("Why; it stands in the record.")


@QUOTA.command(name=locale_str("show"), description=locale_str("What a member has left."))
@app_commands.rename(user=locale_str("user"))
@app_commands.describe(user=_USER)
async def show(interaction: Interaction, user: discord.User) -> None:
    """As the member sees it."""

    async def answer() -> None:
        tongue = await begin(interaction)
        client = interaction.client
        await client.rights.check_moderator(interaction)
        quota = await client.affairs.quota(member_asker(user, interaction))
        text = f"{user.mention}\n{quota_text(tongue, quota)}"
        await interaction.edit_original_response(content=text)

    await answering(interaction, answer)


@QUOTA.command(name=locale_str("set"), description=locale_str("Set a member's own limit."))
@app_commands.rename(
    user=locale_str("user"),
    limit=locale_str("limit"),
    weight=locale_str("weight"),
    reason=locale_str("reason"),
)
@app_commands.describe(user=_USER, limit=_LIMIT, weight=_WEIGHT, reason=_REASON)
async def set_limit(
    interaction: Interaction,
    user: discord.User,
    limit: Limit | None = None,
    weight: Weight | None = None,
    reason: app_commands.Range[str, 0, 200] = "",
) -> None:
    """Above all roles."""

    async def answer() -> None:
        tongue = await begin(interaction)
        client, actor = interaction.client, person_of(interaction.user)
        await client.rights.check_above(interaction, user)
        act = await aside(
            client.desk.set_member,
            actor,
            member_asker(user, interaction),
            member_limit=limit,
            weight=weight,
            reason=reason,
        )
        if limit is None:
            what = tongue.say("{user} follows the limits of roles and server.", user=user.mention)
        else:
            what = tongue.count(
                "{user} may make one picture in a day.",
                "{user} may make {number} pictures in a day.",
                limit,
                user=user.mention,
            )
        await done(interaction, tongue, act, what)

    await answering(interaction, answer)


@QUOTA.command(
    name=locale_str("grant"), description=locale_str("Give a member pictures on top of the limit.")
)
@app_commands.rename(user=locale_str("user"), pictures=locale_str("pictures"), reason=locale_str("reason"))
@app_commands.describe(user=_USER, pictures=locale_str("How many; they stay until used."), reason=_REASON)
async def grant(
    interaction: Interaction,
    user: discord.User,
    pictures: app_commands.Range[int, 1, 10_000],
    reason: app_commands.Range[str, 0, 200] = "",
) -> None:
    """Once for each event, however often Discord tells it."""

    async def answer() -> None:
        tongue = await begin(interaction)
        client, actor = interaction.client, person_of(interaction.user)
        await client.rights.check_above(interaction, user)
        asker = member_asker(user, interaction)
        act = await aside(client.desk.grant, actor, asker, pictures, str(interaction.id), reason)
        what = tongue.count(
            "{user} got one picture.", "{user} got {number} pictures.", pictures, user=user.mention
        )
        await done(interaction, tongue, act, what)

    await answering(interaction, answer)


@QUOTA.command(name=locale_str("reset"), description=locale_str("Forgive what a member used today."))
@app_commands.rename(user=locale_str("user"), reason=locale_str("reason"))
@app_commands.describe(user=_USER, reason=_REASON)
async def reset(
    interaction: Interaction, user: discord.User, reason: app_commands.Range[str, 0, 200] = ""
) -> None:
    """The window begins anew."""

    async def answer() -> None:
        tongue = await begin(interaction)
        client, actor = interaction.client, person_of(interaction.user)
        await client.rights.check_above(interaction, user)
        asker = member_asker(user, interaction)
        await _must_be_known(interaction, asker)
        act = await aside(client.desk.reset, actor, asker, reason)
        what = tongue.say("What {user} used is forgiven.", user=user.mention)
        await done(interaction, tongue, act, what)

    await answering(interaction, answer)


@QUOTA.command(name=locale_str("role"), description=locale_str("Set what members of a role may."))
@app_commands.rename(
    role=locale_str("role"),
    limit=locale_str("limit"),
    weight=locale_str("weight"),
    reason=locale_str("reason"),
)
@app_commands.describe(
    role=locale_str("The role; of several, the best counts."),
    limit=locale_str("Pictures in a day; leave it out to say nothing."),
    weight=_WEIGHT,
    reason=_REASON,
)
async def role(
    interaction: Interaction,
    role: discord.Role,
    limit: Limit | None = None,
    weight: Weight | None = None,
    reason: app_commands.Range[str, 0, 200] = "",
) -> None:
    """The best of a member's roles holds."""

    async def answer() -> None:
        tongue = await begin(interaction)
        client, actor = interaction.client, person_of(interaction.user)
        await client.rights.check_above_role(interaction, role)
        place = member_asker(interaction.user, interaction).place
        act = await aside(
            client.desk.set_role,
            actor,
            place,
            str(role.id),
            member_limit=limit,
            weight=weight,
            reason=reason,
        )
        if limit is None:
            what = tongue.say("{role} says nothing about limits.", role=role.mention)
        else:
            what = tongue.count(
                "Members of {role} may make one picture in a day.",
                "Members of {role} may make {number} pictures in a day.",
                limit,
                role=role.mention,
            )
        await done(interaction, tongue, act, what)

    await answering(interaction, answer)


async def _must_be_known(interaction: Interaction, asker: Asker) -> None:
    known = await aside(interaction.client.desk.person, asker.person)
    if asker.place not in {membership.place for membership in known.memberships}:
        raise UnknownPerson("never seen in this community")
