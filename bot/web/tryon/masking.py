"""The mask before the picture: found by a worker, changed with a brush, and given along with the request."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr
from PIL import ExifTags, Image, ImageChops

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
from tasks.screening.pixels import check_size, decode_small

# What is drawn on is a copy of the photo in the middle of a canvas that is always the same: Gradio's editor
# moves layers when its canvas changes.
_CANVAS = (768, 1024)
_MOST_DECODED = 16_000_000  # pixels
_COLOUR = (166, 60, 91)
_OPACITY = 150  # of 255
_DRAWN = 40  # from so much opacity on, a pixel is of the mask
_MOST_KEPT = 24  # drawings on their way, of all visitors
_MOST_LAYERS = 8
# EXIF orientations that lie on their side.
_TURNED = (5, 6, 7, 8)


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
                canvas_size=_CANVAS,
                fixed_canvas=True,
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

    def read(self, visitor: Visitor, source: str | None, value: Any) -> bytes | None:
        """The drawing as a mask of the photo: white where to repaint; `None` where nothing was drawn.

        `value` is what the editor holds. Raises `PictureUnreadable` and the like.
        """
        shelf = self._house.shelf
        if source is None or not (layers := self._layers(visitor, value)):
            return None
        box = _box(_size(shelf.read(visitor.person, source)))
        return _mask_of(layers[:_MOST_LAYERS], box)

    def _layers(self, visitor: Visitor, value: Any) -> list[bytes]:
        """What the browser sent of them, or, as long as nobody painted, what it was given."""
        if not isinstance(value, dict):
            return []
        if (drawn := self._drawings.pop(str(value.get("id")), None)) is not None:
            return [layer for layer in drawn.layers if layer is not None]
        paths = [path for layer in value.get("layers") or [] if (path := path_of(layer)) is not None]
        return [self._house.shelf.read(visitor.person, path) for path in paths[:_MOST_LAYERS]]

    def _drawn_on(self, visitor: Visitor, source: str, mask: bytes) -> dict[str, Any]:
        shelf = self._house.shelf
        photo = shelf.read(visitor.person, source)
        box = _box(_size(photo))
        layer = shelf.put(visitor.person, _layer(mask, box), "mask")
        file = io.BytesIO()
        _on_canvas(photo, box).save(file, "JPEG", quality=90)
        background = shelf.put(visitor.person, file.getvalue(), "photo")
        return {"background": file_value(background), "layers": [file_value(layer)], "composite": None}


class _Few(dict[str, Any]):
    """Gradio keeps drawings until they are read, however many come."""

    def __setitem__(self, number: str, drawing: Any) -> None:
        super().__setitem__(number, drawing)
        while len(self) > _MOST_KEPT:
            self.pop(next(iter(self)))


def _size(photo: bytes) -> tuple[int, int]:
    """Upright, as people see it; nothing is decoded."""
    check_size(photo)
    with Image.open(io.BytesIO(photo)) as file:
        turned = file.getexif().get(ExifTags.Base.Orientation, 1) in _TURNED
        return (file.height, file.width) if turned else file.size


def _box(size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Where on the canvas a photo of this size is."""
    scale = min(_CANVAS[0] / size[0], _CANVAS[1] / size[1])
    width, height = (max(1, round(side * scale)) for side in size)
    left, top = (_CANVAS[0] - width) // 2, (_CANVAS[1] - height) // 2
    return left, top, left + width, top + height


def _on_canvas(photo: bytes, box: tuple[int, int, int, int]) -> Image.Image:
    small = decode_small(photo, max(_CANVAS), _MOST_DECODED)
    if small is None:
        raise PictureTooLarge("too large to draw on")
    canvas = Image.new("RGB", _CANVAS, "white")
    canvas.paste(small.resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.LANCZOS), box[:2])
    return canvas


def _layer(mask: bytes, box: tuple[int, int, int, int]) -> bytes:
    """What the brush could have painted: one colour, clear where nothing is repainted."""
    inner = _opened(mask).convert("L").resize((box[2] - box[0], box[3] - box[1]))
    whole = Image.new("L", _CANVAS, 0)
    whole.paste(inner.point(lambda value: value * _OPACITY // 255), box[:2])
    layer = Image.new("RGBA", _CANVAS, _COLOUR)
    layer.putalpha(whole)
    file = io.BytesIO()
    layer.save(file, "PNG")
    return file.getvalue()


def _mask_of(layers: list[bytes], box: tuple[int, int, int, int]) -> bytes:
    whole = Image.new("L", _CANVAS, 0)
    for layer in layers:
        whole = ImageChops.lighter(whole, _opened(layer).convert("RGBA").getchannel("A").resize(_CANVAS))
    file = io.BytesIO()
    whole.crop(box).point(lambda value: 255 if value >= _DRAWN else 0).save(file, "PNG")
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
