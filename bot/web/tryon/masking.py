"""The mask before the picture: found by a worker, changed with a brush, and given along with the request."""

from __future__ import annotations

import html
import secrets
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from bot.core.crossing import aside
from bot.core.progress import News
from bot.core.tongue import Tongue
from bot.web.house import House
from bot.web.samples import ASSETS
from bot.web.tryon import card
from bot.web.tryon.choices import Choices
from bot.web.tryon.making import Maker
from bot.web.tryon.painted import mask_of
from bot.web.visitors import Visitor


class MaskBox:
    """Built within a `gr.Blocks`. `use` says whether the drawing is to be taken.

    `editor` is a plain canvas of our own: a drawing leaves the browser once, as a small PNG, with the
    request. Its value has the paths of photo and mask on the visitor's shelf.
    """

    def __init__(self, house: House, tongue: Tongue) -> None:
        self._house = house
        self._tongue = tongue
        self._maker = Maker(house, tongue)
        say = tongue.say
        with gr.Accordion(say("Mask: what is repainted"), open=False, elem_id="g-mask-box"):
            gr.Markdown(say("Find it first, then paint what is to be repainted, or rub it out. It is free."))
            self.find = gr.Button(say("Find the mask"), size="sm", elem_id="g-find")
            self.card = gr.HTML("")
            self.editor = gr.HTML(
                None,
                html_template=_painter(tongue),
                js_on_load=(ASSETS / "painter.js").read_text(encoding="utf-8"),
                apply_default_css=False,
                elem_id="g-mask",
            )
            self.use = gr.Checkbox(False, label=say("Use this mask"), elem_id="g-use-mask")

    async def look(
        self, visitor: Visitor, choices: Choices, source: str | None
    ) -> AsyncIterator[tuple[Any, Any, Any]]:
        """For card, editor and `use`. Raises what `Maker.look` does."""
        yield card.checking(self._tongue), gr.skip(), gr.skip()
        job = await self._maker.look(visitor, choices, source)
        async for news in self._maker.follow(job):
            if isinstance(news, News):
                yield card.working(self._tongue, news), gr.skip(), gr.skip()
            elif news.picture is None:
                yield card.refused(news.text), gr.skip(), gr.skip()
            else:
                mask = await aside(self._house.shelf.put, visitor.person, news.picture, "mask")
                value = {"photo": source, "mask": mask, "round": secrets.token_hex(8), "drawn": None}
                done = self._tongue.say("This is what would be repainted. Change it as you like.")
                yield card.told(done), value, True

    def without(self) -> tuple[Any, Any, Any]:
        """The same, for another photo: the mask was of the one before."""
        return "", None, False

    def read(self, visitor: Visitor, source: str | None, value: Any) -> bytes | None:
        """What the editor holds as a mask of the photo: white where to repaint; `None` where it holds none of
        this photo. Raises `PictureUnreadable` and the like."""
        if not isinstance(value, dict) or source is None or value.get("photo") != source:
            return None
        drawn, found = value.get("drawn"), value.get("mask")
        if isinstance(drawn, str):
            return mask_of(drawn)
        return self._house.shelf.read(visitor.person, found) if isinstance(found, str) else None


def _painter(tongue: Tongue) -> str:
    page = (ASSETS / "painter.html").read_text(encoding="utf-8")
    words = {
        "tools": tongue.say("Brush"),
        "paint": tongue.say("Paint"),
        "rub": tongue.say("Rub out"),
        "undo": tongue.say("Back one step"),
        "size": tongue.say("Size"),
        "photo": tongue.say("Your photo"),
        "mask": tongue.say("Mask"),
        "keys": tongue.say("Arrow keys move the brush, the space bar uses it."),
    }
    for name, text in words.items():
        page = page.replace("{" + name + "}", html.escape(text))
    return page
