"""What a bot adds to an acknowledged interaction, by its token, for 15 minutes."""

from __future__ import annotations

from tests.standins.discord.call import NO_CONTENT, Answer, Call, answers
from tests.standins.discord.errors import invalid_webhook_token, unknown_message, unknown_webhook
from tests.standins.discord.payloads import message_json
from tests.standins.discord.state import Interaction, Message
from tests.standins.discord.writing import remove, rewrite, write

ORIGINAL = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
ONE = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"


def interaction_of(call: Call) -> Interaction:
    interaction = call.server.world.interactions.get(call.values["webhook_token"])
    if interaction is None or call.id("webhook_id") != call.server.world.application_id:
        raise unknown_webhook()
    if interaction.expired(call.server.clock.now()):
        raise invalid_webhook_token()
    if interaction.acknowledged is None:
        raise unknown_webhook()
    return interaction


def message_of(call: Call) -> Message:
    interaction = interaction_of(call)
    if "message_id" not in call.values:
        message = interaction.original
    else:
        mine = [*interaction.followups, *([interaction.original] if interaction.original else [])]
        message = next((one for one in mine if one.id == call.id("message_id")), None)
    if message is None or message.deleted:
        raise unknown_message()
    return message


@answers("POST /webhooks/{webhook_id}/{webhook_token}")
def follow_up(call: Call) -> Answer:
    """The first one takes the place of "is thinking...", and stays as ephemeral as that was said to be."""
    interaction = interaction_of(call)
    server = call.server
    original = interaction.original
    if original and original.loading and not original.deleted:
        rewrite(server, original, call.body, call.files)
        message = original
    else:
        bot = server.world.bot
        message = write(server, interaction.channel, bot, call.body, call.files, interaction=interaction)
        interaction.followups.append(message)
    server.serving.changed()
    if call.query.get("wait", "0").lower() in ("1", "true"):
        return 200, message_json(message, server.cdn)
    return NO_CONTENT


@answers(f"GET {ORIGINAL}", f"GET {ONE}")
def get_answer(call: Call) -> Answer:
    return 200, message_json(message_of(call), call.server.cdn)


@answers(f"PATCH {ORIGINAL}", f"PATCH {ONE}")
def update_answer(call: Call) -> Answer:
    message = message_of(call)
    rewrite(call.server, message, call.body, call.files)
    interaction = interaction_of(call)
    interaction.updates += message is interaction.source
    call.server.serving.changed()
    return 200, message_json(message, call.server.cdn)


@answers(f"DELETE {ORIGINAL}", f"DELETE {ONE}")
def delete_answer(call: Call) -> Answer:
    remove(call.server, message_of(call))
    return NO_CONTENT
