"""The commands as Telegram offers them: in each language that we have, in private chats and in groups."""

from __future__ import annotations

from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)
from telegram.error import TelegramError

from bot.core.catalogues import FALLBACK, Catalogues
from bot.core.tongue import N_, Tongue
from tasks.logs import get_logger

log = get_logger()

_EVERYWHERE = {
    "tryon": N_("see yourself in a garment"),
    "pose": N_("see yourself in another pose"),
    "quota": N_("how many pictures you have left"),
    "queue": N_("where your pictures are in the queue"),
    "privacy": N_("what is kept, and your consent"),
    "help": N_("what there is"),
}
_IN_PRIVATE = {
    "history": N_("what you had made, to see it again"),
    "me": N_("your saved photo"),
    "wardrobe": N_("keep garments under a name, and wear them"),
    "export": N_("get everything that is kept about you"),
    "forget": N_("have everything deleted"),
    "language": N_("in which language I speak"),
}
_FOR_MODERATORS = {"mod": N_("for moderators"), "language": N_("in which language I speak")}


async def publish_commands(bot: Bot, catalogues: Catalogues) -> None:
    """Telegram keeps them; that it does not take them now is no reason not to begin."""
    scopes = (
        (BotCommandScopeAllGroupChats(), _EVERYWHERE),
        (BotCommandScopeAllChatAdministrators(), {**_EVERYWHERE, **_FOR_MODERATORS}),
        (BotCommandScopeAllPrivateChats(), {**_EVERYWHERE, **_IN_PRIVATE}),
    )
    try:
        for language in sorted(catalogues.languages):
            tongue = catalogues.tongue(language, show_time=str)
            # The default is for everybody whose language has none of its own.
            code = None if language == FALLBACK else language
            for scope, texts in scopes:
                await bot.set_my_commands(_commands(tongue, texts), scope=scope, language_code=code)
    except TelegramError as error:
        log.warning("commands_not_published", kind=type(error).__name__)


def _commands(tongue: Tongue, texts: dict[str, str]) -> list[BotCommand]:
    return [BotCommand(name, tongue.say(text)) for name, text in texts.items()]
