"""The bot itself: who it is, how it hears of things, and which commands it offers."""

from __future__ import annotations

from typing import Any

from tests.standins.telegram.call import Call, answers
from tests.standins.telegram.payloads import user_json
from tests.standins.telegram.rules import Json


@answers("getMe")
def get_me(call: Call) -> Json:
    world = call.server.world
    flags = {
        "can_join_groups": True,
        "can_read_all_group_messages": not world.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    return {**user_json(world.bot), **flags}


@answers("getUpdates")
async def get_updates(call: Call) -> list[Json]:
    values, updates = call.values, call.server.updates
    if "allowed_updates" in values:
        updates.allowed = values["allowed_updates"]
    return await updates.poll(values.get("offset", 0), values.get("limit", 100), values.get("timeout", 0))


@answers("setWebhook")
def set_webhook(call: Call) -> bool:
    """Any address: the stand-in is as a Bot API server of one's own, which delivers to plain HTTP too. To
    HTTPS it delivers only where it knows the certificate, or was given it."""
    updates = call.server.updates
    if "allowed_updates" in call.values:
        updates.allowed = call.values["allowed_updates"]
    if call.values.get("drop_pending_updates"):
        updates.pending.clear()
    given = call.values.get("certificate") is not None or "certificate" in call.files
    certificate = call.upload(call.values.get("certificate"), "certificate").data if given else None
    updates.set_webhook(call.values if call.values["url"] else None, certificate)
    return True


@answers("deleteWebhook")
def delete_webhook(call: Call) -> bool:
    if call.values.get("drop_pending_updates"):
        call.server.updates.pending.clear()
    call.server.updates.set_webhook(None)
    return True


@answers("getWebhookInfo")
def get_webhook(call: Call) -> Json:
    updates = call.server.updates
    return {
        "url": updates.webhook["url"] if updates.webhook else "",
        "has_custom_certificate": updates.certificate is not None,
        "pending_update_count": len(updates.pending),
    }


def scope_key(scope: Json) -> tuple[Any, ...]:
    """("chat", 5): a scope's type and the ids in it."""
    return tuple(scope[name] for name in ("type", "chat_id", "user_id") if name in scope)


def _key(call: Call) -> tuple[tuple[Any, ...], str]:
    return scope_key(call.values.get("scope", {"type": "default"})), call.values.get("language_code", "")


@answers("setMyCommands")
def set_commands(call: Call) -> bool:
    call.server.world.commands[_key(call)] = call.values["commands"]
    return True


@answers("getMyCommands")
def get_commands(call: Call) -> list[Json]:
    return call.server.world.commands.get(_key(call), [])


@answers("deleteMyCommands")
def delete_commands(call: Call) -> bool:
    call.server.world.commands.pop(_key(call), None)
    return True
