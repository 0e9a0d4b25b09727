"""The mask before the picture: found by a worker, changed with a brush, and given along with the request."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr
from PIL import Image, ImageChops

from bot.core.crossing import aside
from bot.core.progress import News
from bot.core.tongue import Tongue
from bot.web.house import House
from bot.web.tryon import card
from bot.web.tryon.choices import Choices
from bot.web.tryon.making import Maker
from bot.web.tryon.values import file_value, path_of
from bot.web.visitors import Visitor
from tasks.errors import PictureTooLarge, PictureUnreadable
from tasks.screening.pixels import MAX_PIXELS, check_size, decode_small

# What is drawn on is a smaller copy of the photo.
_SIDE = 1024
_MOST_DECODED = 16_000_000  # pixels
_COLOUR = (166, 60, 91)
_OPACITY = 150  # of 255
_DRAWN = 40  # from so much opacity on, a pixel is of the mask
_MOST_KEPT = 24  # drawings on their way, of all visitors
_MOST_LAYERS = 8


class MaskBox:
    """Built within a `gr.Blocks`. `use` says whether the drawing is to be taken."""

    def __init__(self, house: House, tongue: Tongue) -> None:
        self._house = house
        self._tongue = tongue
        self._maker = Maker(house, tongue)
        say = tongue.say
        with gr.Accordion(say("Mask: what is repainted"), open=False, elem_id="g-mask-box"):
            gr.Markdown(say("Find it first, then paint what is to be repainted, or rub it out. It is free."))
            self.find = gr.Button(say("Find the mask"), size="sm", elem_id="g-find")
            self.card = gr.HTML("")
            self.editor = gr.ImageEditor(
                label=say("Mask"),
                type="filepath",
                sources=(),
                transforms=(),
                layers=False,
                brush=gr.Brush(colors=[_css()], color_mode="fixed"),
                buttons=["fullscreen"],
                height=480,
                elem_id="g-mask",
            )
            self.use = gr.Checkbox(False, label=say("Use this mask"), elem_id="g-use-mask")
        self._drawings: _Few = _Few()
        self.editor.blob_storage = self._drawings

    async def look(
        self, visitor: Visitor, choices: Choices, source: str | None
    ) -> AsyncIterator[tuple[Any, Any, Any]]:
        """For card, editor and `use`. Raises what `Maker.look` does, and `PictureTooLarge`."""
        yield card.checking(self._tongue), gr.skip(), gr.skip()
        job = await self._maker.look(visitor, choices, source)
        assert source is not None
        async for news in self._maker.follow(job):
            if isinstance(news, News):
                yield card.working(self._tongue, news), gr.skip(), gr.skip()
            elif news.picture is None:
                yield card.refused(news.text), gr.skip(), gr.skip()
            else:
                value = await aside(self._drawn_on, visitor, source, news.picture)
                done = self._tongue.say("This is what would be repainted. Change it as you like.")
                yield card.told(done), value, True

    def read(self, value: Any) -> bytes | None:
        """The drawing, as a mask: white where to repaint. Of what the browser sent. Raises `PictureUnreadable`
        and the like."""
        number = value.get("id") if isinstance(value, dict) else None
        if not isinstance(number, str) or (drawn := self._drawings.pop(number, None)) is None:
            return None
        layers = [layer for layer in drawn.layers if layer is not None]
        return _mask_of(layers[:_MOST_LAYERS]) if layers else None

    def unchanged(self, visitor: Visitor, value: Any) -> bytes | None:
        """The same, where the browser sent back what it was given."""
        layers = value.get("layers") if isinstance(value, dict) else None
        paths = [path for layer in layers or [] if (path := path_of(layer)) is not None]
        if not paths:
            return None
        return _mask_of([self._house.shelf.read(visitor.person, path) for path in paths[:_MOST_LAYERS]])

    def _drawn_on(self, visitor: Visitor, source: str, mask: bytes) -> dict[str, Any]:
        shelf = self._house.shelf
        photo = _small(shelf.read(visitor.person, source))
        layer = shelf.put(visitor.person, _layer(mask, photo.size), "mask")
        file = io.BytesIO()
        photo.save(file, "JPEG", quality=90)
        background = shelf.put(visitor.person, file.getvalue(), "photo")
        return {"background": file_value(background), "layers": [file_value(layer)], "composite": None}


class _Few(dict[str, Any]):
    """Gradio keeps drawings until they are read, however many come."""

    def __setitem__(self, number: str, drawing: Any) -> None:
        super().__setitem__(number, drawing)
        while len(self) > _MOST_KEPT:
            self.pop(next(iter(self)))


def _small(photo: bytes) -> Image.Image:
    check_size(photo)
    found = decode_small(photo, _SIDE, min(_MOST_DECODED, MAX_PIXELS))
    if found is None:
        raise PictureTooLarge("too large to draw on")
    found.thumbnail((_SIDE, _SIDE))
    return found


def _layer(mask: bytes, size: tuple[int, int]) -> bytes:
    """What the brush could have painted: one colour, clear where nothing is repainted."""
    layer = Image.new("RGBA", size, _COLOUR)
    layer.putalpha(_opened(mask).convert("L").resize(size).point(lambda value: value * _OPACITY // 255))
    file = io.BytesIO()
    layer.save(file, "PNG")
    return file.getvalue()


def _mask_of(layers: list[bytes]) -> bytes:
    whole: Image.Image | None = None
    for layer in layers:
        alpha = _opened(layer).convert("RGBA").getchannel("A")
        same = alpha if whole is None else alpha.resize(whole.size)
        whole = same if whole is None else ImageChops.lighter(whole, same)
    assert whole is not None
    file = io.BytesIO()
    whole.point(lambda value: 255 if value >= _DRAWN else 0).save(file, "PNG")
    return file.getvalue()


def _opened(file: bytes) -> Image.Image:
    check_size(file)
    try:
        with Image.open(io.BytesIO(file), formats=("PNG", "WEBP")) as picture:
            if picture.width * picture.height > _MOST_DECODED:
                raise PictureTooLarge("a drawing is smaller than that")
            picture.load()
            return picture
    except (OSError, ValueError, SyntaxError):
        raise PictureUnreadable("the drawing cannot be read") from None


def _css() -> str:
    return f"rgba({_COLOUR[0]}, {_COLOUR[1]}, {_COLOUR[2]}, {_OPACITY / 255:.2f})"
