"""How interactions are acknowledged and answered, and how errors become sentences.

Acknowledging comes first in every handler: Discord gives three seconds, and the desk may take longer.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import discord

from bot.core.refusals import is_inside, refusal
from bot.discord.address import Address
from bot.discord.speech import tongue_of
from tasks.errors import DeskError, Refused
from tasks.logs import get_logger

if TYPE_CHECKING:
    from bot.discord.client import TryOnClient

log = get_logger()

# In an interaction's extras: whether its placeholder is seen by everybody.
_PUBLIC = "public"
# And whether the database knows of a placeholder that is to be settled.
_PUT_UP = "put_up"

Interaction: TypeAlias = "discord.Interaction[TryOnClient]"


async def answering(interaction: Interaction, work: Callable[[], Awaitable[Any]]) -> None:
    """Do the work; whatever goes wrong becomes a sentence that only the member sees.

    The one place where an interaction's errors end.
    """
    try:
        await work()
    except DeskError as error:
        reference = new_reference()
        if is_inside(error.code):
            log.error("interaction_failed", code=error.code, reference=reference, reason=str(error))
        await _refuse(interaction, error.code, reference, error)
    except discord.HTTPException as error:
        # The interaction died, or Discord is ill: there is nobody to answer to.
        log.warning("discord_refused", status=error.status, code=error.code)
    except Exception:
        # A mistake of ours: the member gets a number, the operator the traceback under it.
        reference = new_reference()
        log.exception("interaction_failed", reference=reference)
        await _refuse(interaction, "desk", reference)
    if interaction.extras.pop(_PUT_UP, False):
        await interaction.client.placeholders.settle(str(interaction.id))


async def failed(interaction: Interaction, error: Exception) -> None:
    """Before any handler of ours was called: a command that Discord knows otherwise, for example."""

    async def fail() -> None:
        raise error

    await answering(interaction, fail)


async def acknowledge(interaction: Interaction, *, private: bool) -> Address:
    """Show at once that something comes. Returns where it will come.

    A message and not Discord's "thinking": that one could not be taken away again for an answer that only
    the member is to see (https://github.com/discord/discord-api-docs/issues/3087).
    """
    tongue, client = tongue_of(interaction), interaction.client
    interaction.extras[_PUT_UP] = True
    # Meanwhile, and no longer than that takes anyway: whoever dies over it has mostly written it down.
    announced = asyncio.create_task(
        client.placeholders.announce(
            str(interaction.id), Address.of(interaction, None, tongue.language, private=private)
        )
    )
    async with client.doorway.greeting():
        response = await interaction.response.send_message(
            tongue.say("Looking at your photos ..."), ephemeral=private
        )
    interaction.extras[_PUBLIC] = not private
    assert response.message_id is not None
    # Others are greeted first.
    await client.doorway.quiet()
    await announced
    return await put_up(interaction, response.message_id, private=private)


async def put_up(interaction: Interaction, message_id: int, *, private: bool) -> Address:
    """The interaction has its placeholder. If we die before its request is at the desk, the next process
    knows of it; `answering` says when that is over."""
    address = Address.of(interaction, message_id, tongue_of(interaction).language, private=private)
    interaction.extras[_PUT_UP] = True
    await interaction.client.placeholders.put_up(str(interaction.id), address)
    return address


async def whisper(interaction: Interaction, text: str, *, view: discord.ui.View | None = None) -> None:
    """A message that only the member sees, in place of a placeholder that others would see too."""
    shown = discord.utils.MISSING if view is None else view
    kind = interaction.response.type
    if kind is None:
        await interaction.response.send_message(text, ephemeral=True, view=shown)
    elif kind is discord.InteractionResponseType.deferred_message_update or interaction.extras.get(_PUBLIC):
        await interaction.followup.send(text, ephemeral=True, view=shown)
        if interaction.extras.pop(_PUBLIC, False):
            await interaction.delete_original_response()
    else:
        await interaction.edit_original_response(content=text, view=view)


def new_reference() -> str:
    """By which a line of the log is found again; short enough to be read out."""
    return secrets.token_hex(4)


async def _refuse(
    interaction: Interaction, code: str, reference: str, error: DeskError | None = None
) -> None:
    tongue = tongue_of(interaction)
    retry_at = error.retry_at if isinstance(error, Refused) else None
    try:
        await whisper(interaction, refusal(tongue, code, reference=reference, retry_at=retry_at))
    except discord.HTTPException as failed:
        log.warning("refusal_not_told", code=code, status=failed.status)
