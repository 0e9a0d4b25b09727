"""A contact sheet: person, garment, result and truth, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

CELL = (216, 288)
GAP, MARGIN, GUTTER = 12, 36, 44
HEADER, COLUMN_TITLES, FOOTER = 84, 34, 56
RADIUS = 10
PAPER, INK, FAINT, ACCENT = "#f4f2ee", "#22242a", "#80828a", "#c2403a"
COLUMNS = ("person", "garment", "result", "truth")
LEGEND = (
    "person, garment: what the model is given   ·   result: the picture it makes   ·   "
    "truth: the same person drawn in that garment, which the model never sees"
)


@dataclass(frozen=True)
class Row:
    """Four pictures, 3:4."""

    person: Image.Image
    garment: Image.Image
    result: Image.Image
    truth: Image.Image


def contact_sheet(title: str, groups: Sequence[Sequence[Row]]) -> Image.Image:
    """RGB; one block of rows for each group, side by side."""
    block = len(COLUMNS) * (CELL[0] + GAP) - GAP
    width = 2 * MARGIN + len(groups) * (block + GUTTER) - GUTTER
    rows = max(len(group) for group in groups)
    top = HEADER + COLUMN_TITLES
    sheet = Image.new("RGB", (width, top + rows * (CELL[1] + GAP) - GAP + FOOTER), PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((MARGIN, HEADER / 2 + 6), title, INK, ImageFont.load_default(30), anchor="lm")
    for group_index, group in enumerate(groups):
        left = MARGIN + group_index * (block + GUTTER)
        for column, name in enumerate(COLUMNS):
            x = left + column * (CELL[0] + GAP)
            colour = ACCENT if name == "result" else FAINT
            middle = (x + CELL[0] / 2, HEADER + COLUMN_TITLES / 2 - 2)
            draw.text(middle, name, colour, ImageFont.load_default(19), anchor="mm")
            for index, row in enumerate(group):
                picture: Image.Image = getattr(row, name)
                y = top + index * (CELL[1] + GAP)
                _place(sheet, picture, (x, y))
                if name == "result":
                    draw.rounded_rectangle(_frame(x, y), RADIUS + 3, outline=ACCENT, width=3)
    draw.text((MARGIN, sheet.height - FOOTER / 2), LEGEND, FAINT, ImageFont.load_default(17), anchor="lm")
    return sheet


def _place(sheet: Image.Image, picture: Image.Image, corner: tuple[int, int]) -> None:
    """With round corners, drawn large and shrunk so that they are smooth."""
    large = Image.new("L", (CELL[0] * 4, CELL[1] * 4), 0)
    box = (0, 0, large.width - 1, large.height - 1)
    ImageDraw.Draw(large).rounded_rectangle(box, RADIUS * 4, fill=255)
    fitted = picture.convert("RGB").resize(CELL, Image.Resampling.LANCZOS)
    sheet.paste(fitted, corner, large.resize(CELL, Image.Resampling.LANCZOS))


def _frame(x: int, y: int) -> tuple[int, int, int, int]:
    return x - 3, y - 3, x + CELL[0] + 2, y + CELL[1] + 2
