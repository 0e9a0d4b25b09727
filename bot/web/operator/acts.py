"""What the operator may do by a form: what moderators do in chat, through the same functions. Each act is
written into the audit, as this page's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.core.complaints import Complaints
from bot.core.crossing import aside
from bot.core.houses import House, Houses
from bot.core.moderating import Moderating
from bot.web.operator import reading
from bot.web.operator.reading import Form
from bot.web.speech import NAMES
from bot.web.visitors import PLATFORM
from tasks.desk import Desk
from tasks.errors import OptionInvalid
from tasks.records import CommunityChanges, Person, Window
from tasks.store.store import Store

# Nobody who visits is called so: a visitor's name begins with `visitor-` or `user-`.
OPERATOR = Person(PLATFORM, "operator")
_MOST_DAYS = 3650
_ALLOWED = {"yes": True, "no": False, "": None}


class Acts:
    """In the event loop. Whether it is the operator was checked before."""

    def __init__(self, desk: Desk, store: Store) -> None:
        self._desk = desk
        self._moderating = Moderating(desk, store)
        self._complaints = Complaints(desk, store)
        self._houses = Houses(desk)
        self._doing: dict[str, Callable[[Form], Awaitable[object]]] = {
            "pause-all": self._pause_all,
            "resume-all": self._resume_all,
            "pause": self._pause,
            "resume": self._resume,
            "cancel": self._cancel,
            "remove": self._remove,
            "decide": self._decide,
            "decide-appeal": self._decide_appeal,
            "ban": self._ban,
            "unban": self._unban,
            "grant": self._grant,
            "set-member": self._set_member,
            "reset": self._reset,
            "set-role": self._set_role,
            "allow": self._allow,
            "configure": self._configure,
            "undo": self._undo,
        }

    async def do(self, name: str, form: Form) -> None:
        """Raises `OptionInvalid` for a form that cannot be read, and what the desk raises."""
        if (doing := self._doing.get(name)) is None:
            raise OptionInvalid("there is no such act")
        await doing(form)

    async def _pause_all(self, form: Form) -> None:
        await aside(self._desk.pause_all, OPERATOR, reading.reason(form))

    async def _resume_all(self, form: Form) -> None:
        await aside(self._desk.resume_all, OPERATOR, reading.reason(form))

    async def _pause(self, form: Form) -> None:
        await aside(self._desk.pause, OPERATOR, reading.place(form), reading.reason(form))

    async def _resume(self, form: Form) -> None:
        await aside(self._desk.resume, OPERATOR, reading.place(form), reading.reason(form))

    async def _cancel(self, form: Form) -> None:
        await self._moderating.cancel_job(OPERATOR, reading.number(form, "job"), reading.reason(form))

    async def _remove(self, form: Form) -> None:
        await self._moderating.remove_job(OPERATOR, reading.number(form, "job"), reading.reason(form))

    async def _decide(self, form: Form) -> None:
        job, why = reading.number(form, "job"), reading.reason(form)
        match reading.text(form, "verdict"):
            case "remove":
                await self._complaints.remove_reported(OPERATOR, job, why)
            case "keep":
                await self._complaints.dismiss_reports(OPERATOR, job, why)
            case _:
                raise OptionInvalid("a report is answered by remove or keep")

    async def _decide_appeal(self, form: Form) -> None:
        verdict = reading.text(form, "verdict")
        if verdict not in ("uphold", "grant", "lift"):
            raise OptionInvalid("an appeal is answered by uphold, grant or lift")
        await self._complaints.decide_appeal(
            OPERATOR,
            reading.number(form, "appeal"),
            granted=verdict != "uphold",
            lift_ban=verdict == "lift",
            reason=reading.reason(form),
        )

    async def _ban(self, form: Form) -> None:
        days = reading.number_or_none(form, "days")
        if days is not None and not 1 <= days <= _MOST_DAYS:
            raise OptionInvalid(f"a ban lasts 1 to {_MOST_DAYS} days, or for good")
        until = None if days is None else datetime.now(UTC) + timedelta(days=days)
        who, where = reading.person(form), reading.place_or_none(form)
        await aside(self._desk.ban, OPERATOR, who, where, until, reading.reason(form))

    async def _unban(self, form: Form) -> None:
        who, where = reading.person(form), reading.place_or_none(form)
        await aside(self._desk.unban, OPERATOR, who, where, reading.reason(form))

    async def _grant(self, form: Form) -> None:
        # The form's own number: sent twice, it gives once.
        once = f"operator:{reading.text(form, 'once')}"
        pictures = reading.number(form, "pictures")
        await aside(self._desk.grant, OPERATOR, reading.member(form), pictures, once, reading.reason(form))

    async def _set_member(self, form: Form) -> None:
        await aside(
            self._desk.set_member,
            OPERATOR,
            reading.member(form),
            member_limit=reading.number_or_none(form, "limit"),
            weight=reading.number_or_none(form, "weight"),
            reason=reading.reason(form),
        )

    async def _reset(self, form: Form) -> None:
        await aside(self._desk.reset, OPERATOR, reading.member(form), reading.reason(form))

    async def _set_role(self, form: Form) -> None:
        await aside(
            self._desk.set_role,
            OPERATOR,
            reading.place(form),
            reading.text(form, "role"),
            member_limit=reading.number_or_none(form, "limit"),
            weight=reading.number_or_none(form, "weight"),
            reason=reading.reason(form),
        )

    async def _allow(self, form: Form) -> None:
        if (said := form.get("allowed", "")) not in _ALLOWED:
            raise OptionInvalid("allowed is yes, no or nothing")
        await aside(self._desk.allow, OPERATOR, reading.place(form), _ALLOWED[said], reading.reason(form))

    async def _configure(self, form: Form) -> None:
        """Every field of the form holds; an empty one takes the operator's own setting."""
        language, window = form.get("language") or None, form.get("quota_window") or None
        threshold = reading.share_or_none(form, "nsfw_threshold")
        if language is not None and language not in NAMES:
            raise OptionInvalid("no such language is spoken here")
        if window is not None and window not in set(Window):
            raise OptionInvalid("no such window")
        changes = CommunityChanges(
            time_zone=form.get("time_zone", "").strip() or None,
            quota_window=None if window is None else Window(window),
            member_limit=reading.number_or_none(form, "member_limit"),
            pool_limit=reading.number_or_none(form, "pool_limit"),
            cooldown_seconds=reading.number_or_none(form, "cooldown_seconds"),
            result_hours=reading.number_or_none(form, "result_hours"),
        )

        def turn(house: House) -> House:
            return replace(house, language=language, nsfw_threshold=threshold)

        await self._houses.change(OPERATOR, reading.place(form), turn, changes)

    async def _undo(self, form: Form) -> None:
        await aside(self._desk.undo, OPERATOR, reading.number(form, "act"), reading.reason(form))
