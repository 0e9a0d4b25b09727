"""`/mod`: what administrators of a group do. Whom it is about: whoever wrote the message that is replied to,
or a user's number as the second last word; Telegram lets no bot find somebody by their @name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from telegram import Message

from bot.core.crossing import aside
from bot.core.member_texts import quota_text
from bot.core.moderator_texts import audit_line, ban_line, job_line
from bot.telegram.buttons.cases import docket_shown
from bot.telegram.commands.house import settings
from bot.telegram.log_chat import tell_act
from bot.telegram.people import PLATFORM, mention
from bot.telegram.said import Command, number_of
from bot.telegram.turn import Turn
from tasks.errors import UnknownAudit, UnknownPerson
from tasks.records import Asker

_MOST = 20


@dataclass(frozen=True)
class Order:
    """What stood behind /mod. `user`: whom it is about, if anybody was named; `words` without them."""

    words: tuple[str, ...]
    user: str | None
    event: str

    def target(self, turn: Turn) -> Asker:
        """Raises `UnknownPerson`."""
        if self.user is None:
            raise UnknownPerson("nobody was named")
        here = turn.asker
        return Asker(here.platform, here.community, self.user)

    def number(self) -> int:
        """The first word. Raises `OptionInvalid`."""
        return number_of(self.words[0] if self.words else "")

    def rest(self, skipped: int) -> str:
        """The reason."""
        return " ".join(self.words[skipped:])[:200]


async def mod(turn: Turn, message: Message, command: Command) -> None:
    """Rights first, then what it is."""
    await turn.client.rights.check_moderator(turn)
    words = [word.lower() for word in command.words[:2]]
    for length in (2, 1):
        name = " ".join(words[:length])
        if (do := _DO.get(name)) is not None:
            await do(turn, _order(message, command.words[length:], about_somebody=name in _ABOUT))
            return
    await turn.reply(
        turn.tongue.say("These are there, most of them as a reply to a message of the member's:")
        + "\n"
        + "\n".join(f"/mod {name}" for name in _DO)
    )


def _order(message: Message, words: tuple[str, ...], *, about_somebody: bool) -> Order:
    user = None
    if (
        about_somebody
        and words
        and len(words[0]) >= _LEAST_DIGITS
        and words[0].isascii()
        and words[0].isdigit()
    ):
        user, words = words[0], words[1:]
    elif (replied := message.reply_to_message) is not None and replied.from_user is not None:
        user = str(replied.from_user.id)
    return Order(words, user, f"{message.chat.id}:{message.message_id}")


# So many digits are no limit and no number of days, but somebody's number.
_LEAST_DIGITS = 6
# The others have the numbers of pictures and acts, which may be as long.
_ABOUT = {"quota show", "quota set", "quota grant", "quota reset", "ban", "unban", "jobs"}


async def _quota_show(turn: Turn, order: Order) -> None:
    member = order.target(turn)
    quota = await turn.client.affairs.quota(member)
    await turn.reply(f"{mention(member.user)}\n{quota_text(turn.tongue, quota)}")


async def _quota_set(turn: Turn, order: Order) -> None:
    member, limit = await _above(turn, order), order.number()
    client, tongue = turn.client, turn.tongue
    act = await aside(
        client.desk.set_member, turn.person, member, member_limit=limit, weight=None, reason=order.rest(1)
    )
    what = tongue.count(
        "{user} may make one picture in a day.",
        "{user} may make {number} pictures in a day.",
        limit,
        user=mention(member.user),
    )
    await done(turn, act, what)


async def _quota_grant(turn: Turn, order: Order) -> None:
    """Once for each message, however often Telegram tells it."""
    member, pictures = await _above(turn, order), order.number()
    act = await aside(turn.client.desk.grant, turn.person, member, pictures, order.event, order.rest(1))
    what = turn.tongue.count(
        "{user} got one picture.", "{user} got {number} pictures.", pictures, user=mention(member.user)
    )
    await done(turn, act, what)


async def _quota_reset(turn: Turn, order: Order) -> None:
    member = await _above(turn, order)
    known = await aside(turn.client.desk.person, member.person)
    if member.place not in {membership.place for membership in known.memberships}:
        raise UnknownPerson("never seen in this community")
    act = await aside(turn.client.desk.reset, turn.person, member, order.rest(0))
    await done(turn, act, turn.tongue.say("What {user} used is forgiven.", user=mention(member.user)))


async def _ban(turn: Turn, order: Order) -> None:
    """A number first is how many days. What waits of theirs is cancelled by the desk."""
    member, client, tongue = await _above(turn, order), turn.client, turn.tongue
    for_good = not (order.words and order.words[0].isdigit())
    until = None if for_good else client.clock() + timedelta(days=min(order.number(), 3650))
    reason = order.rest(0 if for_good else 1)
    act = await aside(client.desk.ban, turn.person, member.person, member.place, until, reason)
    client.delivery.wake()
    name = mention(member.user)
    if until is None:
        await done(turn, act, tongue.say("{user} is shut out.", user=name))
    else:
        await done(turn, act, tongue.say("{user} is shut out; that ends {when}.", user=name, when=until))


async def _unban(turn: Turn, order: Order) -> None:
    member = await _above(turn, order)
    act = await aside(turn.client.desk.unban, turn.person, member.person, member.place, order.rest(0))
    await done(turn, act, turn.tongue.say("{user} may use the bot again.", user=mention(member.user)))


async def _bans(turn: Turn, order: Order) -> None:
    tongue = turn.tongue
    found = await aside(turn.client.desk.bans, turn.asker.place)
    lines = [ban_line(tongue, one, mention) for one in found]
    await turn.reply_lines(lines or [tongue.say("Nobody is shut out.")])


async def _jobs(turn: Turn, order: Order) -> None:
    tongue, desk = turn.tongue, turn.client.desk
    person = None if order.user is None else order.target(turn).person
    jobs = await aside(desk.jobs, place=turn.asker.place, person=person, limit=25)
    lines = [job_line(tongue, job, mention) for job in jobs]
    await turn.reply_lines(lines or [tongue.say("Nothing was asked for yet.")])


async def _cancel(turn: Turn, order: Order) -> None:
    client, number = turn.client, order.number()
    await client.rights.check_over_owner(turn, await client.affairs.job(number))
    act = await client.moderating.cancel_job(turn.person, number, order.rest(1))
    client.delivery.wake()
    what = turn.tongue.say("Picture {number} is stopped.", number=number) + f" (#{act})"
    await turn.reply(what)
    await tell_act(turn, what)


async def _remove(turn: Turn, order: Order) -> None:
    """Out of the store and out of the chat."""
    client, number = turn.client, order.number()
    job = await client.affairs.job(number)
    await client.rights.check_over_owner(turn, job)
    await client.moderating.remove_job(turn.person, number, order.rest(1))
    await client.post.take_down(job)
    client.notices.wake()
    what = turn.tongue.say("Picture {number} is taken away.", number=number)
    await turn.reply(what)
    await tell_act(turn, what)


async def _pause(turn: Turn, order: Order) -> None:
    act = await aside(turn.client.desk.pause, turn.person, turn.asker.place, order.rest(0))
    await done(turn, act, turn.tongue.say("The bot is paused here."))


async def _resume(turn: Turn, order: Order) -> None:
    act = await aside(turn.client.desk.resume, turn.person, turn.asker.place, order.rest(0))
    await done(turn, act, turn.tongue.say("The bot takes requests here again."))


async def _reports(turn: Turn, order: Order) -> None:
    await turn.reply(*await docket_shown(turn))


async def _audit(turn: Turn, order: Order) -> None:
    tongue = turn.tongue
    before = order.number() if order.words else None
    rows = await aside(turn.client.desk.audit, PLATFORM, turn.asker.place, _MOST, before)
    lines = [audit_line(tongue, row, mention) for row in rows]
    await turn.reply_lines(lines or [tongue.say("Nothing was done yet.")])


async def _undo(turn: Turn, order: Order) -> None:
    """An act itself, so it can be undone too. Raises `UnknownAudit` for what is of elsewhere."""
    number = order.number()
    rows = await aside(turn.client.desk.audit, PLATFORM, turn.asker.place, 1, number + 1)
    if not rows or rows[0].id != number:
        raise UnknownAudit(f"no act {number} here")
    if rows[0].subject is not None:
        await turn.client.rights.check_above(turn, int(rows[0].subject.user))
    act = await aside(turn.client.desk.undo, turn.person, number, order.rest(1))
    await done(turn, act, turn.tongue.say("Act {number} is undone.", number=number))


async def _settings(turn: Turn, order: Order) -> None:
    act = await settings(turn, order.words)
    if act is not None:
        await done(turn, act, turn.tongue.say("The settings are changed."))


async def _above(turn: Turn, order: Order) -> Asker:
    """Whom it is about, if they are below the moderator."""
    member = order.target(turn)
    await turn.client.rights.check_above(turn, int(member.user))
    return member


async def done(turn: Turn, act: int, what: str) -> None:
    """Say that it is done and how to undo it, and tell the log."""
    undo = turn.tongue.say("Act number {act}. To undo it: /mod undo.", act=act)
    await turn.reply(f"{what}\n{undo}")
    await tell_act(turn, f"{what} (#{act})")


_DO: dict[str, Callable[[Turn, Order], Awaitable[None]]] = {
    "quota show": _quota_show,
    "quota set": _quota_set,
    "quota grant": _quota_grant,
    "quota reset": _quota_reset,
    "ban": _ban,
    "unban": _unban,
    "bans": _bans,
    "jobs": _jobs,
    "cancel": _cancel,
    "remove": _remove,
    "pause": _pause,
    "resume": _resume,
    "reports": _reports,
    "audit": _audit,
    "undo": _undo,
    "settings": _settings,
}
