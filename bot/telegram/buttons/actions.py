"""What happens when a button of a job is pressed. Each checks first whose job it is.

Only its owner may make a picture again or look at its photos. Moderators may stop and delete what is of
members below them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from telegram import InputMediaDocument

from bot.core.asking import Change, has_second, seed_of
from bot.core.member_texts import TYPE_NAMES, hung_text, reported_text
from bot.telegram.address import Address
from bot.telegram.buttons import form
from bot.telegram.buttons.keyboards import Action, type_keyboard
from bot.telegram.log_chat import tell_house
from bot.telegram.making import address_of, settle
from bot.telegram.turn import Turn
from tasks.errors import UnknownJob
from tasks.records import GARMENT_TYPES, Job, Submitted


async def press_job(turn: Turn, job_id: str, action: str, detail: str = "") -> None:
    """A button of one job, whenever it was made."""
    if action not in _DO:
        raise UnknownJob("no such button")
    job = await turn.client.affairs.job(int(job_id))
    await _DO[Action(action)](turn, job, detail)


async def _cancel(turn: Turn, job: Job, _: str) -> None:
    """Stop it. The message is brought up to date by the delivery."""
    client = turn.client
    if job.asker.person == turn.person:
        await client.affairs.cancel(turn.person, job.id)
    else:
        await client.rights.check_over_owner(turn, job)
        await client.moderating.cancel_job(turn.person, job.id)
    client.delivery.wake()


async def _again(turn: Turn, job: Job, _: str) -> None:
    """The same with a new seed."""
    await _once_more(turn, job, Change())


async def _settings(turn: Turn, job: Job, _: str) -> None:
    """The form with all that can be chosen."""
    await form.show(turn, job)


async def _toggle_repaint(turn: Turn, job: Job, _: str) -> None:
    """The same seed, with the other way of putting the picture together."""
    repaint = not job.request.options.get("repaint")
    await _once_more(turn, job, Change(seed=seed_of(job), repaint=repaint))


async def _change_type(turn: Turn, job: Job, detail: str) -> None:
    """The same seed, with another garment type, once it was chosen."""
    await turn.client.affairs.own_job(turn.person, job.id)
    await turn.client.affairs.check_inputs(job)
    chosen = next((name for name in GARMENT_TYPES if name == detail), None)
    if chosen is None:
        text = turn.tongue.say("What kind of garment is it?")
        await turn.reply(text, type_keyboard(turn.tongue, job))
        return
    await _once_more(turn, job, Change(seed=seed_of(job), garment_type=chosen))


# Where each photo comes from: of two, and of an outfit's three.
_SWAPS = {"": (1, 0), "person": (1, 2, 0), "garments": (0, 2, 1)}


async def _swap(turn: Turn, job: Job, detail: str) -> None:
    """Photos were taken for each other."""
    order = _SWAPS.get(detail)
    if order is None or len(order) > (3 if has_second(job) else 2):
        raise UnknownJob("no such button")

    async def ask(request_id: str, address: Address) -> Submitted:
        if guessed := Address.read(job).guessed:
            address = replace(address, guessed=tuple(guessed[number] for number in order))
        return await turn.client.asking.swapped(turn.asker, request_id, job.id, order, address.kept())

    await _ask_anew(turn, job, ask)


async def _once_more(turn: Turn, job: Job, change: Change) -> None:
    async def ask(request_id: str, address: Address) -> Submitted:
        asking = turn.client.asking
        return await asking.once_more(turn.asker, request_id, job.id, change, address.kept())

    await _ask_anew(turn, job, ask)


async def _ask_anew(turn: Turn, job: Job, ask: Callable[[str, Address], Awaitable[Submitted]]) -> None:
    """In a message of its own."""
    await turn.client.affairs.own_job(turn.person, job.id)
    await turn.client.affairs.check_inputs(job)
    await turn.close()
    assert turn.query is not None
    await turn.begin_answer(turn.tongue.say("Looking at your photos ..."))
    address = address_of(turn, turn.message.message_id)
    await settle(turn, await ask(f"press:{turn.query.id}", address))


async def _compare(turn: Turn, job: Job, _: str) -> None:
    """Person, garment and picture, for the owner's eyes only: in the private chat."""
    client = turn.client
    await client.affairs.own_job(turn.person, job.id)
    person, *garments = await client.affairs.inputs(job)
    picture = await client.affairs.picture(job)
    named = [("person", person), *(("garment", one) for one in garments), ("picture", picture)]
    media = [
        InputMediaDocument(data, filename=f"{number}-{name}{_ending(data)}")
        for number, (name, data) in enumerate(named, 1)
    ]
    text = turn.tongue.say("Your photo, the garment, and the picture that was made by AI.")
    await client.bot.send_media_group(turn.user.id, media, caption=text)


async def _original(turn: Turn, job: Job, _: str) -> None:
    """The file as it was made, which Telegram leaves as it is."""
    client = turn.client
    await client.affairs.own_job(turn.person, job.id)
    picture = await client.affairs.picture(job)
    name = f"giydir-{job.id}-original{_ending(picture)}"
    text = turn.tongue.say("The file as it was made.")
    await client.bot.send_document(turn.user.id, picture, filename=name, caption=text)


async def _delete(turn: Turn, job: Job, _: str) -> None:
    """Message and picture go, for good."""
    client = turn.client
    if job.asker.person == turn.person:
        await client.affairs.delete_picture(turn.person, job.id)
    else:
        await client.rights.check_over_owner(turn, job)
        await client.moderating.remove_job(turn.person, job.id)
        client.notices.wake()
    await client.bot.delete_message(turn.chat.id, turn.message.message_id)
    if turn.message.message_id != Address.read(job).message:
        # Pressed under a copy.
        await client.post.take_down(job)


async def _save(turn: Turn, job: Job, _: str) -> None:
    """Into the owner's wardrobe, under a name that says what it is and of which picture."""
    await turn.client.affairs.own_job(turn.person, job.id)
    await turn.client.affairs.check_inputs(job)
    kind = TYPE_NAMES[job.request.garment_type or "upper_body"]
    name = f"{turn.tongue.say(kind)} {job.id}"
    garment = await turn.client.keepsakes.add_garment_of(turn.asker, job, name)
    await turn.tell(hung_text(turn.tongue, garment.name))


async def _report(turn: Turn, job: Job, _: str) -> None:
    """Whoever sees a picture may report it; no words are asked for, since a group would read them."""
    reason = turn.tongue.say("Reported by the button under the picture.")
    filed = await turn.client.complaints.report(turn.person, job.id, reason)
    await turn.tell(reported_text(turn.tongue, filed))
    if not filed.repeated:
        await tell_house(
            turn.client,
            job.asker.place,
            lambda tongue: tongue.say(
                "Picture {number} was reported. What waits: /mod reports list.", number=job.id
            ),
        )


async def _appeal(turn: Turn, job: Job, _: str) -> None:
    """The owner of a removed picture is told how to object, or that they have."""
    await turn.client.affairs.own_job(turn.person, job.id)
    await turn.client.complaints.check_appeal(turn.person, job.id)
    await turn.reply(
        turn.tongue.say(
            "Write to me what was wrong about it: /appeal {number} and your words.", number=job.id
        )
    )


def _ending(data: bytes) -> str:
    if data.startswith(b"\x89PNG"):
        return ".png"
    return ".webp" if data.startswith(b"RIFF") else ".jpg"


_DO: dict[str, Callable[[Turn, Job, str], Awaitable[None]]] = {
    Action.CANCEL: _cancel,
    Action.SWAP: _swap,
    Action.AGAIN: _again,
    Action.SETTINGS: _settings,
    Action.REPAINT: _toggle_repaint,
    Action.TYPE: _change_type,
    Action.COMPARE: _compare,
    Action.ORIGINAL: _original,
    Action.DELETE: _delete,
    Action.SAVE: _save,
    Action.REPORT: _report,
    Action.APPEAL: _appeal,
}
