"""What a form of the operator's page says, read strictly. Everything here raises `OptionInvalid`."""

from __future__ import annotations

from collections.abc import Mapping

from tasks.errors import OptionInvalid
from tasks.records import Asker, Person, Place

Form = Mapping[str, str]
_MOST_DIGITS = 18


def text(form: Form, name: str) -> str:
    """What must be there."""
    if not (found := form.get(name, "").strip()):
        raise OptionInvalid(f"{name} is missing")
    return found


def number(form: Form, name: str) -> int:
    """A whole one, 0 or more."""
    found = text(form, name)
    if not (found.isascii() and found.isdigit() and len(found) <= _MOST_DIGITS):
        raise OptionInvalid(f"{name} is not a number")
    return int(found)


def number_or_none(form: Form, name: str) -> int | None:
    """`None` where the field is left empty."""
    return number(form, name) if form.get(name, "").strip() else None


def share_or_none(form: Form, name: str) -> float | None:
    """From 0 to 1; `None` where the field is left empty."""
    if not form.get(name, "").strip():
        return None
    try:
        found = float(text(form, name))
    except ValueError:
        raise OptionInvalid(f"{name} is not a number") from None
    if not 0 <= found <= 1:
        raise OptionInvalid(f"{name} must be 0 to 1")
    return found


def reason(form: Form) -> str:
    """Why; it stands in the record."""
    return form.get("reason", "").strip()


def place(form: Form) -> Place:
    return Place(*_pair(form, "place"))


def place_or_none(form: Form) -> Place | None:
    """`None`, where the field is left empty, is everywhere."""
    return place(form) if form.get("place", "").strip() else None


def person(form: Form) -> Person:
    return Person(*_pair(form, "person"))


def member(form: Form) -> Asker:
    """The person in the place."""
    where, who = place(form), person(form)
    if where.platform != who.platform:
        raise OptionInvalid("the member is of another platform than the community")
    return Asker(where.platform, where.community, who.user)


def _pair(form: Form, name: str) -> tuple[str, str]:
    platform, colon, rest = text(form, name).partition(":")
    if not (platform and colon and rest):
        raise OptionInvalid(f"{name} is not platform:name")
    return platform, rest
