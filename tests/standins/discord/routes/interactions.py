"""How a bot acknowledges an interaction: once, and within three seconds."""

from __future__ import annotations

from typing import Any

from tests.standins.discord.call import NO_CONTENT, Answer, Call, answers
from tests.standins.discord.checks import check_modal
from tests.standins.discord.errors import Forbidden, already_acknowledged, unknown_interaction
from tests.standins.discord.payloads import message_json
from tests.standins.discord.schema import Json
from tests.standins.discord.state import Callback, Interaction, Kind
from tests.standins.discord.writing import rewrite, write


@answers("POST /interactions/{interaction_id}/{interaction_token}/callback")
def acknowledge(call: Call) -> Answer:
    server = call.server
    interaction = server.world.interactions.get(call.values["interaction_token"])
    if interaction is None or interaction.id != call.id("interaction_id"):
        raise unknown_interaction()
    if interaction.acknowledged is not None:
        raise already_acknowledged()
    if interaction.too_late(server.clock.now()):
        raise unknown_interaction()
    callback = Callback(call.body["type"])
    if callback not in _fitting(interaction):
        raise Forbidden(
            [f"type: {callback.name} does not answer an interaction of kind {interaction.kind.name}"]
        )
    _do(call, interaction, callback, call.body.get("data") or {})
    interaction.acknowledged = callback
    server.serving.changed()
    if call.query.get("with_response", "0").lower() in ("1", "true"):
        return 200, _response(call, interaction)
    return NO_CONTENT


def _fitting(interaction: Interaction) -> set[Callback]:
    if interaction.kind is Kind.AUTOCOMPLETE:
        return {Callback.CHOICES}
    fitting = {Callback.MESSAGE, Callback.THINKING}
    if interaction.kind is not Kind.MODAL:
        fitting.add(Callback.MODAL)
    if interaction.source:
        fitting |= {Callback.LATER, Callback.UPDATE}
    return fitting


def _do(call: Call, interaction: Interaction, callback: Callback, data: Json) -> None:
    server = call.server
    if callback in (Callback.MESSAGE, Callback.THINKING):
        interaction.original = write(
            server,
            interaction.channel,
            server.world.bot,
            data,
            call.files,
            interaction=interaction,
            loading=callback is Callback.THINKING,
        )
    elif callback is Callback.UPDATE:
        assert interaction.source
        rewrite(server, interaction.source, data, call.files)
        interaction.original = interaction.source
        interaction.updates += 1
    elif callback is Callback.LATER:
        interaction.original = interaction.source
    elif callback is Callback.MODAL:
        check_modal(data)
        interaction.modal = data
    elif callback is Callback.CHOICES:
        interaction.choices = data.get("choices") or []


def _response(call: Call, interaction: Interaction) -> dict[str, Any]:
    told: Json = {"id": str(interaction.id), "type": int(interaction.kind)}
    message = interaction.original
    if message is None or interaction.acknowledged is Callback.LATER:
        return {"interaction": told}
    told["response_message_id"] = str(message.id)
    told["response_message_loading"] = message.loading
    told["response_message_ephemeral"] = message.ephemeral
    kind = Callback.UPDATE if interaction.acknowledged is Callback.UPDATE else Callback.MESSAGE
    return {
        "interaction": told,
        "resource": {"type": int(kind), "message": message_json(message, call.server.cdn)},
    }
