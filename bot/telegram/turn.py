"""One thing that somebody did, a message or a pressed button, and how it is answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from telegram import (
    CallbackQuery,
    Chat,
    ForceReply,
    InlineKeyboardMarkup,
    MaybeInaccessibleMessage,
    Message,
    ReplyParameters,
    User,
)
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest, TelegramError

from bot.core.crossing import aside
from bot.core.refusals import is_inside, refusal
from bot.core.tongue import Tongue
from bot.telegram.flood import PLACEHOLDER
from bot.telegram.people import PLATFORM, asker_of, person_of
from bot.telegram.receiving import Heard
from bot.telegram.speech import as_html, tongue_in
from tasks.errors import DeskError, Refused
from tasks.logs import get_logger
from tasks.records import Asker, Person

if TYPE_CHECKING:
    from bot.telegram.client import TelegramClient

log = get_logger()

_MOST_IN_ALERT = 200
# A message has 4096 letters; tags are none, but signs of ours become longer.
_MOST_IN_LIST = 3500


@dataclass
class Turn:
    """`message`: what they wrote, or what the pressed button stands under. `told`: how Telegram told it.
    `placeholder`: the message that already says that something comes; a refusal takes its place."""

    client: TelegramClient
    user: User
    chat: Chat
    message: MaybeInaccessibleMessage
    told: Heard
    query: CallbackQuery | None = None
    placeholder: int | None = None
    answered: bool = field(default=False, init=False)

    @property
    def asker(self) -> Asker:
        return asker_of(self.user, self.chat)

    @property
    def person(self) -> Person:
        return person_of(self.user)

    @property
    def private(self) -> bool:
        return self.chat.type == ChatType.PRIVATE

    @property
    def tongue(self) -> Tongue:
        """The member's language, else the house's, else English. In a private chat the house is the member's
        own, and what they chose comes first."""
        client = self.client
        house, own = client.houses.remembered(self.asker.place).language, self.user.language_code
        chosen = (house, own) if self.private else (own, house)
        return tongue_in(client, *chosen)

    async def reply(
        self,
        text: str,
        keyboard: InlineKeyboardMarkup | ForceReply | None = None,
        rate_limit_args: int | None = None,
    ) -> Message:
        """A message of the bot's; in a group it shows what it answers."""
        return await self.client.bot.send_message(
            self.chat.id,
            as_html(text),
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard,
            reply_parameters=self.reply_parameters(),
            rate_limit_args=rate_limit_args,
        )

    async def ask_for_photo(self, alone: str, in_group: str) -> None:
        """In a group the bot hears a photo only if it replies to a message of the bot's."""
        if self.private:
            await self.reply(alone)
        else:
            await self.reply(in_group, ForceReply(selective=True))

    async def begin_answer(self, text: str) -> None:
        """The placeholder. It is noted down, so that a process after this one goes on with the same message;
        of one that died in the moment between, a line of text stays."""
        if (begun := self.told.note) is not None:
            self.placeholder = int(begun)
            return
        self.placeholder = (await self.reply(text, rate_limit_args=PLACEHOLDER)).message_id
        await aside(self.client.desk.note_down, PLATFORM, self.told.event, str(self.placeholder))

    async def drop_begun(self) -> None:
        """Nothing comes any more in the place of what a process before this one began."""
        if (begun := self.told.note) is not None:
            await self.client.bot.delete_message(self.chat.id, int(begun))

    async def reply_lines(self, lines: Sequence[str]) -> None:
        """As many lines as a message holds."""
        text = ""
        for line in lines:
            if len(text) + len(line) > _MOST_IN_LIST:
                text += "\n..."
                break
            text += f"\n{line}"
        await self.reply(text.strip())

    def reply_parameters(self) -> ReplyParameters | None:
        if self.private:
            return None
        return ReplyParameters(self.message.message_id, allow_sending_without_reply=True)

    async def alone(self) -> bool:
        """Whether nobody else reads along; if not, they are asked into the private chat."""
        if not self.private:
            await self.reply(self.tongue.say("That is for your eyes only: ask me in a private chat."))
        return self.private

    async def rewrite(self, text: str, keyboard: InlineKeyboardMarkup | None = None) -> None:
        """The text of the message under which the button was pressed."""
        await self.edit(self.message.message_id, text, keyboard)

    async def tell(self, text: str) -> None:
        """In the placeholder's place, or as an alert that only the presser sees, or as a message."""
        if self.placeholder is not None:
            await self.edit(self.placeholder, text, None)
        elif self.query is not None and not self.answered and len(text) <= _MOST_IN_ALERT:
            await self.close(text, alert=True)
        else:
            await self.reply(text)

    async def close(self, text: str | None = None, *, alert: bool = False) -> None:
        """The pressed button's wheel stops turning. Once; too late is no harm."""
        if self.query is None or self.answered:
            return
        self.answered = True
        try:
            await self.client.bot.answer_callback_query(self.query.id, text, show_alert=alert)
        except BadRequest:
            log.info("button_answered_too_late")

    async def edit(self, message_id: int, text: str, keyboard: InlineKeyboardMarkup | None) -> None:
        """The text of one of the bot's messages here."""
        try:
            await self.client.bot.edit_message_text(
                as_html(text),
                chat_id=self.chat.id,
                message_id=message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard,
            )
        except BadRequest as error:
            # Pressed twice.
            if "not modified" not in error.message:
                raise


async def answering(turn: Turn, work: Callable[[], Awaitable[Any]]) -> None:
    """Do the work; whatever goes wrong becomes a sentence for the member. The one place where a turn's errors
    end."""
    try:
        # Whatever is answered is in the language that was chosen here.
        await turn.client.houses.of(turn.asker.place)
        await work()
    except DeskError as error:
        reference = turn.client.new_reference()
        if is_inside(error.code):
            log.error("turn_failed", code=error.code, reference=reference, reason=str(error))
        await _refuse(turn, error.code, reference, error)
    except TelegramError as error:
        # The message is gone, or Telegram is ill: there is nobody to answer to.
        log.warning("telegram_refused", kind=type(error).__name__, reason=error.message)
    except Exception:
        # A mistake of ours: the member gets a number, the operator the traceback under it.
        reference = turn.client.new_reference()
        log.exception("turn_failed", reference=reference)
        await _refuse(turn, "desk", reference)
    finally:
        try:
            await turn.close()
        except TelegramError as error:
            log.warning("telegram_refused", kind=type(error).__name__)


async def _refuse(turn: Turn, code: str, reference: str, error: DeskError | None = None) -> None:
    retry_at = error.retry_at if isinstance(error, Refused) else None
    try:
        await turn.tell(refusal(turn.tongue, code, reference=reference, retry_at=retry_at))
    except TelegramError as failed:
        log.warning("refusal_not_told", code=code, kind=type(failed).__name__)
