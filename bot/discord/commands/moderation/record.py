"""`/mod audit` and `/mod undo`: who did what, and putting it back."""

from __future__ import annotations

from discord import app_commands
from discord.app_commands import locale_str

from bot.core.crossing import aside
from bot.core.moderator_texts import audit_line
from bot.discord.commands.moderation.group import begin, done, show_lines
from bot.discord.people import PLATFORM, asker_of, mention, person_of
from bot.discord.replies import Interaction, answering
from tasks.errors import UnknownAudit
from tasks.records import AuditRow

_MOST = 20
Number = app_commands.Range[int, 1, 2**53 - 1]


@app_commands.command(name=locale_str("audit"), description=locale_str("Who did what here, newest first."))
@app_commands.rename(before=locale_str("before"))
@app_commands.describe(before=locale_str("Only acts with a lower number."))
async def audit(interaction: Interaction, before: Number | None = None) -> None:
    """Of this server."""

    async def answer() -> None:
        tongue = await begin(interaction)
        client = interaction.client
        await client.rights.check_moderator(interaction)
        place = asker_of(interaction).place
        rows = await aside(client.desk.audit, PLATFORM, place, _MOST, before)
        lines = [audit_line(tongue, row, mention) for row in rows] or [tongue.say("Nothing was done yet.")]
        await show_lines(interaction, lines)

    await answering(interaction, answer)


@app_commands.command(name=locale_str("undo"), description=locale_str("Put back what an act changed."))
@app_commands.rename(number=locale_str("number"), reason=locale_str("reason"))
@app_commands.describe(
    number=locale_str("The act's number, as in the record."),
    reason=locale_str("Why; it stands in the record."),
)
async def undo(
    interaction: Interaction, number: Number, reason: app_commands.Range[str, 0, 200] = ""
) -> None:
    """An act itself, so it can be undone too."""

    async def answer() -> None:
        tongue = await begin(interaction)
        client = interaction.client
        await client.rights.check_moderator(interaction)
        row = await _act_of_here(interaction, number)
        if row.subject is not None:
            await client.rights.check_above_user(interaction, int(row.subject.user))
        act = await aside(client.desk.undo, person_of(interaction.user), number, reason)
        await done(interaction, tongue, act, tongue.say("Act {number} is undone.", number=number))

    await answering(interaction, answer)


async def _act_of_here(interaction: Interaction, number: int) -> AuditRow:
    """Raises `UnknownAudit` for what is of elsewhere, as for what is not."""
    place = asker_of(interaction).place
    rows = await aside(interaction.client.desk.audit, PLATFORM, place, 1, number + 1)
    if not rows or rows[0].id != number:
        raise UnknownAudit(f"no act {number} here")
    return rows[0]
