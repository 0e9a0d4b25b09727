"""What a visitor had made, what is left to them, and what they can do about all that is kept of them."""

from __future__ import annotations

from typing import Any

import gradio as gr

from bot.core.tongue import Tongue
from bot.web.house import House
from bot.web.tryon import card
from bot.web.tryon.choices import of_job
from bot.web.tryon.making import Made, Maker
from bot.web.tryon.objecting import ObjectionBox
from bot.web.tryon.values import file_value
from tasks.errors import DeskError, UnknownPerson
from tasks.records import Job, Quota

_MOST = 24
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


class Gallery:
    """Built within a `gr.Blocks`, in its tab."""

    def __init__(self, house: House, tongue: Tongue, tab: Any) -> None:
        self._house = house
        self._tongue = tongue
        self._maker = Maker(house, tongue)
        say = tongue.say
        self._left = gr.HTML("")
        self._numbers = gr.State([])
        self._chosen = gr.State(None)
        self._pictures = gr.Gallery(
            label=say("Your pictures"),
            columns=4,
            height=420,
            object_fit="contain",
            fit_columns=False,
            type="filepath",
            interactive=False,
            buttons=["download", "fullscreen"],
            elem_id="g-gallery",
        )
        with gr.Column(visible=False) as self._one:
            self._about = gr.HTML("")
            self._settings = gr.Code(language="json", label=say("Settings"), interactive=False, lines=4)
            self._delete = gr.Button(say("Delete this picture"), size="sm", elem_id="g-delete")
        self._objections = ObjectionBox(house, tongue)
        with gr.Accordion(say("Consent, and everything about you"), open=False):
            self._sure = gr.Checkbox(False, label=say("Yes, I am sure"))
            with gr.Row():
                self._revoke = gr.Button(say("Take my consent back"), size="sm")
                self._forget = gr.Button(
                    say("Delete everything about me"), size="sm", variant="stop", elem_id="g-forget"
                )
        shown = [self._left, self._pictures, self._numbers, self._one]
        objections = self._objections
        tab.select(self._show, None, shown, postprocess=False, **_QUIET)
        tab.select(objections.show, None, objections.shown, postprocess=False, **_QUIET)
        self._pictures.select(
            self._choose, [self._numbers], [self._chosen, self._one, self._about, self._settings], **_QUIET
        )
        self._delete.click(self._delete_one, [self._chosen], None, **_QUIET).then(
            self._show, None, shown, postprocess=False, **_QUIET
        )

    @property
    def objected(self) -> Any:
        """The event after which something is owed to a visitor in other words."""
        return self._objections.sent

    def on_leaving(self, then: Any, outputs: list[Any]) -> None:
        """After consent was taken back, or somebody was forgotten: `then(request)` says what is shown."""
        for button, act in ((self._revoke, self._take_back), (self._forget, self._forget_all)):
            button.click(act, [self._sure], [self._sure, self._left], **_QUIET).then(
                then, None, outputs, **_QUIET
            )

    async def _show(self, request: gr.Request) -> list[Any]:
        visitor = self._maker.visitor(request)
        jobs = await self._house.affairs.history(visitor.person, _MOST)
        made = [await self._maker.made(job) for job in jobs if job.result_key and not job.request.look]
        there = [(one, one.path) for one in made if one.path is not None]
        pictures = [{"image": file_value(path), "caption": self._caption(one)} for one, path in there]
        quota = await self._house.affairs.quota(visitor.asker)
        numbers = [one.job.id for one, _ in there]
        text = card.told(self._quota(quota, empty=not pictures))
        return [text, pictures, numbers, gr.update(visible=False)]

    async def _choose(self, numbers: list[int], event: gr.SelectData, request: gr.Request) -> list[Any]:
        index = event.index if isinstance(event.index, int) else -1
        try:
            job = await self._own(request, numbers[index] if 0 <= index < len(numbers) else 0)
        except DeskError as error:
            return [None, gr.update(visible=False), card.refused(self._maker.refusal(error)), ""]
        choices = of_job(job)
        about = card.link(self._tongue, choices.link())
        return [job.id, gr.update(visible=True), about, choices.to_json()]

    async def _delete_one(self, job_id: Any, request: gr.Request) -> None:
        try:
            person = self._maker.visitor(request).person
            await self._house.affairs.delete_picture(person, job_id if isinstance(job_id, int) else 0)
        except DeskError as error:
            self._maker.warn(error)

    async def _take_back(self, sure: bool, request: gr.Request) -> list[Any]:
        if not sure:
            return [False, card.refused(self._not_sure())]
        await self._house.affairs.disagree(self._maker.visitor(request).person)
        return [False, ""]

    async def _forget_all(self, sure: bool, request: gr.Request) -> list[Any]:
        if not sure:
            return [False, card.refused(self._not_sure())]
        try:
            await self._house.affairs.forget(self._maker.visitor(request).person)
        except UnknownPerson:
            pass  # There was nothing.
        except DeskError as error:
            return [False, card.refused(self._maker.refusal(error))]
        gr.Info(self._tongue.say("Everything about you is deleted."), title=self._tongue.say("Done"))
        return [False, ""]

    async def _own(self, request: gr.Request, job_id: int) -> Job:
        return await self._house.affairs.own_job(self._maker.visitor(request).person, job_id)

    def _not_sure(self) -> str:
        return self._tongue.say("This cannot be undone: tick “Yes, I am sure” first.")

    def _caption(self, made: Made) -> str:
        return f"{made.job.id} · {self._tongue.time(made.job.submitted_at)}"

    def _quota(self, quota: Quota, *, empty: bool) -> str:
        text = self._tongue.count(
            "You can have one more picture made.", "You can have {number} more pictures made.", quota.left
        )
        if quota.left == 0:
            text = self._tongue.say("You have no picture left for now.")
            if quota.resets_at is not None:
                text += " " + self._tongue.say("There are new ones {when}.", when=quota.resets_at)
        if empty:
            text += "\n" + self._tongue.say("What you have made will be here.")
        return text
