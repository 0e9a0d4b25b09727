"""What a visitor is owed to know though they did not ask: what moderators decided about them.

Nobody can write to a visitor, so it stands on the page until they have read it.
"""

from __future__ import annotations

from html import escape
from typing import Any

import gradio as gr

from bot.core.notices import notice_text
from bot.core.refusals import refusal
from bot.core.tongue import Tongue
from bot.web.house import House
from bot.web.tryon.making import Maker
from bot.web.visitors import Visitor
from tasks.reports import Ban

_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


class NoticeBox:
    """Built within a `gr.Blocks`. A ban is shown as long as it holds, what was decided until it is read."""

    def __init__(self, house: House, tongue: Tongue) -> None:
        self._house = house
        self._tongue = tongue
        self._maker = Maker(house, tongue)
        self._ids = gr.State([])
        with gr.Column(visible=False, elem_id="g-told") as self._box:
            self._text = gr.HTML("")
            self._read = gr.Button(tongue.say("I have read it"), size="sm", elem_id="g-told-read")
        self.shown = [self._box, self._text, self._read, self._ids]
        self._read.click(self._have_read, [self._ids], self.shown, postprocess=False, **_QUIET)

    async def show(self, request: gr.Request) -> list[Any]:
        """For `shown`."""
        return await self._show(self._maker.visitor(request))

    async def _show(self, visitor: Visitor) -> list[Any]:
        notices = await self._house.letters.unread(visitor.person)
        lines = [self._ban(one) for one in await self._house.affairs.bans(visitor.asker)]
        lines += [
            notice_text(self._tongue, one.verdict, one.job.id, may_appeal=one.may_appeal) for one in notices
        ]
        if any(one.may_appeal for one in notices):
            lines.append(self._tongue.say("You can do that under “My pictures”."))
        text = "".join(f"<p>{escape(part)}</p>" for line in lines for part in line.split("\n"))
        return [
            gr.update(visible=bool(lines)),
            f'<div class="g-card g-refused" role="status">{text}</div>',
            gr.update(visible=bool(notices)),
            [one.id for one in notices],
        ]

    async def _have_read(self, ids: list[int], request: gr.Request) -> list[Any]:
        visitor = self._maker.visitor(request)
        await self._house.letters.read(visitor.person, ids)
        return await self._show(visitor)

    def _ban(self, ban: Ban) -> str:
        code = "banned" if ban.place is None else "banned_here"
        return refusal(self._tongue, code, reference="web", retry_at=ban.until)
