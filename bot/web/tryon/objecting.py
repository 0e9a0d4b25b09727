"""Pictures of a visitor's that moderators removed: what became of them, and a form to object once."""

from __future__ import annotations

from html import escape
from typing import Any

import gradio as gr

from bot.core.member_texts import appealed_text
from bot.core.tongue import Tongue
from bot.web.house import House
from bot.web.tryon import card
from bot.web.tryon.making import Maker
from tasks.errors import DeskError
from tasks.records import MAX_TEXT
from tasks.reports import Removal, Verdict

_RAW: dict[str, Any] = {
    "show_progress": "hidden",
    "api_visibility": "private",
    "preprocess": False,
    "postprocess": False,
}


class ObjectionBox:
    """Built within a `gr.Blocks`; hidden for whom nothing was taken away."""

    def __init__(self, house: House, tongue: Tongue) -> None:
        self._house = house
        self._tongue = tongue
        self._maker = Maker(house, tongue)
        say = tongue.say
        with gr.Column(visible=False, elem_id="g-removed") as self._box:
            self._list = gr.HTML("")
            self._answer = gr.HTML("", elem_id="g-objected")
            with gr.Column(visible=False) as self._form:
                self._which = gr.Radio([], label=say("Object to the removal"), elem_id="g-object-which")
                self._words = gr.Textbox(
                    label=say("Why should it not have been removed?"),
                    max_length=MAX_TEXT,
                    lines=2,
                    elem_id="g-object-words",
                )
                self._send = gr.Button(say("Object"), size="sm", elem_id="g-object")
        self.shown = [self._box, self._list, self._form, self._which, self._answer, self._words]
        self.sent = self._send.click(self._object, [self._which, self._words], self.shown, **_RAW)

    async def show(self, request: gr.Request) -> list[Any]:
        """For `shown`."""
        return [*await self._standing(request), "", gr.skip()]

    async def _object(self, which: Any, words: Any, request: gr.Request) -> list[Any]:
        person = self._maker.visitor(request).person
        said = words.strip() if isinstance(words, str) else ""
        if not said:
            return [*await self._standing(request), card.refused(self._why()), gr.skip()]
        try:
            await self._house.complaints.appeal(person, which if isinstance(which, int) else 0, said)
        except DeskError as error:
            return [*await self._standing(request), card.refused(self._maker.refusal(error)), gr.skip()]
        return [*await self._standing(request), card.told(appealed_text(self._tongue)), ""]

    def _why(self) -> str:
        return self._tongue.say("Say in a few words why it should not have been removed.")

    async def _standing(self, request: gr.Request) -> list[Any]:
        removals = await self._house.complaints.removals(self._maker.visitor(request).person)
        items = "".join(f"<li>{escape(self._line(one))}</li>" for one in removals)
        heading = escape(self._tongue.say("Removed by moderators"))
        still = [one.job.id for one in removals if not one.appealed]
        choices = [(self._tongue.say("Picture number {number}", number=number), number) for number in still]
        return [
            gr.update(visible=bool(removals)),
            f"<h3>{heading}</h3><ul>{items}</ul>",
            gr.update(visible=bool(still)),
            gr.update(choices=choices, value=still[0] if still else None),
        ]

    def _line(self, one: Removal) -> str:
        say, number = self._tongue.say, one.job.id
        if not one.appealed:
            return say("Picture number {number}: you can object once.", number=number)
        match one.verdict:
            case None:
                return say(
                    "Picture number {number}: you have objected; the moderators have not decided yet.",
                    number=number,
                )
            case Verdict.GRANTED:
                return say("Picture number {number}: the moderators agreed with you.", number=number)
            case _:
                return say("Picture number {number}: you have objected, and it stays removed.", number=number)
