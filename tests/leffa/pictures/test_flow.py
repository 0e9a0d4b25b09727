"""A picture of where attention looks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from leffa.pictures.flow import flow_sheet
from tests.leffa.pictures.samples import noise

GAP = 12


def own_places(rows: int, columns: int) -> NDArray[np.float32]:
    """Every token looks at its own place."""
    y, x = np.mgrid[0.5:rows, 0.5:columns]
    return np.dstack([x / columns, y / rows]).astype(np.float32)


def panels(sheet: Image.Image, width: int) -> list[NDArray[np.int16]]:
    values = np.asarray(sheet).astype(np.int16)
    return [values[:, i * (width + GAP) : i * (width + GAP) + width] for i in range(3)]


def test_the_reference_seen_in_its_own_places_is_the_reference() -> None:
    picture = noise(3, 4).resize((48, 64), Image.Resampling.BICUBIC)
    sheet = flow_sheet(own_places(16, 12), picture, picture, arrows=0, height=64)
    legend, target, seen = panels(sheet, 48)
    inner = np.s_[4:-4, 4:-4]
    assert np.abs(seen - np.asarray(picture))[inner].max() <= 6
    assert np.abs(legend - target)[inner].max() <= 12  # both are coloured by the same places


def test_what_looks_nowhere_stays_as_it_is() -> None:
    target, reference = Image.new("RGB", (48, 64), "gray"), Image.new("RGB", (48, 64), "red")
    places = own_places(16, 12)
    places[:8] = np.nan
    mask = Image.new("L", (48, 64), 255)
    mask.paste(0, (0, 0, 24, 64))
    _, coloured, seen = panels(flow_sheet(places, target, reference, mask, arrows=0, height=64), 48)
    gray = np.asarray(target)
    for panel in (coloured, seen):
        assert (panel[:32] == gray[:32]).all()
        assert (panel[:, :24] == gray[:, :24]).all()
        assert (panel[32:, 24:] != gray[32:, 24:]).any(axis=-1).all()


def test_arrows_lead_from_the_target_to_the_reference() -> None:
    target = Image.new("RGB", (48, 64), "gray")
    places = np.full((16, 12, 2), np.nan, np.float32)
    places[8, 6] = (0.25, 0.75)
    without, with_one = (
        np.asarray(flow_sheet(places, target, target, arrows=count, height=64)) for count in (0, 1)
    )
    rows, columns = np.nonzero((without != with_one).any(axis=-1))
    end, start = (columns.min(), rows[columns.argmin()]), (columns.max(), rows[columns.argmax()])
    assert np.abs(np.subtract(end, (12, 48))).max() <= 4
    assert np.abs(np.subtract(start, (48 + GAP + 26, 34))).max() <= 4


def test_it_has_the_asked_for_height_whatever_the_sizes() -> None:
    sheet = flow_sheet(own_places(4, 4), Image.new("RGB", (30, 60)), Image.new("RGB", (90, 90)))
    assert sheet.size == (512 + 2 * 256 + 2 * GAP, 512)
