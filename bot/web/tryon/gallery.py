"""What a visitor had made, what is left to them, and what they can do about all that is kept of them."""

from __future__ import annotations

from typing import Any

import gradio as gr

from bot.core.tongue import Tongue
from bot.web.house import House
from bot.web.tryon import card
from bot.web.tryon.making import Maker
from bot.web.tryon.values import file_value
from tasks.records import Job, Quota

_MOST = 24


class Gallery:
    """Built within a `gr.Blocks`, in its tab."""

    def __init__(self, house: House, tongue: Tongue, tab: Any) -> None:
        self._house = house
        self._tongue = tongue
        self._maker = Maker(house, tongue)
        say = tongue.say
        self.left = gr.HTML("")
        self.pictures = gr.Gallery(
            label=say("Your pictures"),
            columns=4,
            height="auto",
            type="filepath",
            interactive=False,
            buttons=["download", "fullscreen"],
            elem_id="g-gallery",
        )
        tab.select(
            self._show,
            None,
            [self.left, self.pictures],
            postprocess=False,
            show_progress="hidden",
            api_visibility="private",
        )

    async def _show(self, request: gr.Request) -> list[Any]:
        visitor = self._maker.visitor(request)
        jobs = await self._house.affairs.history(visitor.person, _MOST)
        made = [await self._maker.made(job) for job in jobs if job.result_key is not None]
        pictures = [
            {"image": file_value(one.path), "caption": self._caption(one.job)} for one in made if one.path
        ]
        quota = await self._house.affairs.quota(visitor.asker)
        return [card.told(self._quota(quota, empty=not pictures)), pictures]

    def _caption(self, job: Job) -> str:
        return f"{job.id} · {self._tongue.time(job.submitted_at)}"

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
