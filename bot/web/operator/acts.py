"""What the operator may do by a form; each act is written into the audit, as this page's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from bot.web.visitors import PLATFORM
from tasks.desk import Desk
from tasks.errors import OptionInvalid
from tasks.records import Asker, Person, Place
from tasks.store.store import Store

# Nobody who visits is called so: a visitor's name begins with `visitor-` or `user-`.
OPERATOR = Person(PLATFORM, "operator")
Form = Mapping[str, str]
_MOST_DIGITS = 18


def act(name: str, desk: Desk, store: Store, form: Form) -> None:
    """Do it; in a thread. Raises `OptionInvalid` for a form that cannot be read, and what the desk raises."""
    if (doing := _ACTS.get(name)) is None:
        raise OptionInvalid("there is no such act")
    doing(desk, store, form)


def _pause_all(desk: Desk, store: Store, form: Form) -> None:
    desk.pause_all(OPERATOR, _reason(form))


def _resume_all(desk: Desk, store: Store, form: Form) -> None:
    desk.resume_all(OPERATOR, _reason(form))


def _pause(desk: Desk, store: Store, form: Form) -> None:
    desk.pause(OPERATOR, _place(form), _reason(form))


def _resume(desk: Desk, store: Store, form: Form) -> None:
    desk.resume(OPERATOR, _place(form), _reason(form))


def _cancel(desk: Desk, store: Store, form: Form) -> None:
    desk.cancel_job(OPERATOR, _number(form, "job"), _reason(form))


def _remove(desk: Desk, store: Store, form: Form) -> None:
    job = desk.job(_number(form, "job"))
    _delete(store, desk.remove_job(OPERATOR, job.id, _reason(form)), job.pictures)


def _decide(desk: Desk, store: Store, form: Form) -> None:
    job = desk.job(_number(form, "job"))
    remove = form.get("verdict") == "remove"
    _, key = desk.decide_reports(OPERATOR, job.id, remove=remove, reason=_reason(form))
    _delete(store, key, job.pictures)


def _ban(desk: Desk, store: Store, form: Form) -> None:
    days = _number(form, "days") if form.get("days") else None
    if days is not None and not 1 <= days <= 3650:
        raise OptionInvalid("a ban lasts 1 to 3650 days, or for good")
    until = None if days is None else datetime.now(UTC) + timedelta(days=days)
    desk.ban(OPERATOR, _person(form), _place(form) if form.get("place") else None, until, _reason(form))


def _unban(desk: Desk, store: Store, form: Form) -> None:
    desk.unban(OPERATOR, _person(form), _place(form) if form.get("place") else None, _reason(form))


def _grant(desk: Desk, store: Store, form: Form) -> None:
    place, person = _place(form), _person(form)
    member = Asker(place.platform, place.community, person.user)
    # The form's own number: sent twice, it gives once.
    once = f"operator:{_text(form, 'once')}"
    desk.grant(OPERATOR, member, _number(form, "pictures"), once, _reason(form))


def _undo(desk: Desk, store: Store, form: Form) -> None:
    desk.undo(OPERATOR, _number(form, "act"), _reason(form))


_ACTS: dict[str, Callable[[Desk, Store, Form], None]] = {
    "pause-all": _pause_all,
    "resume-all": _resume_all,
    "pause": _pause,
    "resume": _resume,
    "cancel": _cancel,
    "remove": _remove,
    "decide": _decide,
    "ban": _ban,
    "unban": _unban,
    "grant": _grant,
    "undo": _undo,
}


def _delete(store: Store, key: str | None, pictures: Mapping[str, str]) -> None:
    if key is not None:
        for one in (key, *pictures.values()):
            store.delete(one)


def _text(form: Form, name: str) -> str:
    if not (text := form.get(name, "").strip()):
        raise OptionInvalid(f"{name} is missing")
    return text


def _number(form: Form, name: str) -> int:
    text = _text(form, name)
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise OptionInvalid(f"{name} is not a number")
    return int(text)


def _reason(form: Form) -> str:
    return form.get("reason", "").strip()


def _pair(form: Form, name: str) -> tuple[str, str]:
    platform, colon, rest = _text(form, name).partition(":")
    if not (platform and colon and rest):
        raise OptionInvalid(f"{name} is not platform:name")
    return platform, rest


def _place(form: Form) -> Place:
    return Place(*_pair(form, "place"))


def _person(form: Form) -> Person:
    return Person(*_pair(form, "person"))
