"""Draw the published and the corrected mask rules side by side: the pictures of `docs/masks.md`.

    python docs/make_masks_sheet.py [FOLDER]

reads the people of `tests/data/masks` and writes `masks_viton_hd.png` and `masks_dress_code.png`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from leffa.masks import agnostic_mask
from leffa.masks.agnostic import GARMENT_TYPES, RULES

ROOT = Path(__file__).parent.parent
PEOPLE = {
    "down_tshirt_pants": "T-shirt, trousers",
    "scarf_belt_skirt": "long sleeves, skirt",
    "hips_dress": "dress",
    "bag_hat_sunglasses": "bag and hat",
    "small_off_centre": "small in the frame",
    "missing_both_wrists": "wrists not found",
    "missing_left_elbow_only": "left elbow not found",
    "missing_shoulders": "shoulders not found",
    "wrist_extends_past_left_border": "wrist at the border",
}
CELL = (132, 176)
MARGIN, HEADER, CAPTION = 6, 40, 16
# One colour an ATR id: background, head, clothes, shoes, skin, accessories, neck.
COLOURS = np.array(
    [
        *[(232, 234, 238), (120, 84, 52), (74, 56, 44), (40, 40, 48), (74, 128, 196), (222, 176, 72)],
        *[(96, 108, 132), (150, 112, 184), (70, 60, 50), (58, 58, 66), (58, 58, 66), (226, 188, 160)],
        *[(214, 172, 142), (206, 164, 134), (220, 180, 150), (212, 170, 140), (130, 92, 60)],
        *[(104, 160, 120), (232, 196, 170)],
    ],
    dtype=np.uint8,
)
MASK_COLOUR = np.array((220, 30, 60))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "docs" / "images")
    folder = parser.parse_args().folder
    for dataset in ("viton_hd", "dress_code"):
        path = folder / f"masks_{dataset}.png"
        sheet(dataset).quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)
        print(path)


def sheet(dataset: str) -> Image.Image:
    """A row for each person: the label map, then published and corrected for each garment type."""
    columns = 1 + len(GARMENT_TYPES) * len(RULES)
    width = columns * (CELL[0] + MARGIN) + MARGIN
    row_height = CELL[1] + CAPTION + MARGIN
    page = Image.new("RGB", (width, HEADER + len(PEOPLE) * row_height), "white")
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(13)

    def left(column: int) -> int:
        return MARGIN + column * (CELL[0] + MARGIN)

    draw.text((left(0), 4), f"{dataset}\nperson", fill="black", font=font)
    for g, garment_type in enumerate(GARMENT_TYPES):
        for r, rule in enumerate(RULES):
            draw.text((left(1 + 2 * g + r), 4), f"{garment_type}\n{rule}", fill="black", font=font)
    for row, (name, caption) in enumerate(PEOPLE.items()):
        top = HEADER + row * row_height
        with np.load(ROOT / "tests" / "data" / "masks" / f"{name}.npz") as person:
            parse, keypoints = person["parse"], person["keypoints"]
        colours = COLOURS[parse]
        page.paste(_cell(colours), (left(0), top))
        draw.text((left(0), top + CELL[1]), caption, fill="black", font=font)
        for g, garment_type in enumerate(GARMENT_TYPES):
            for r, rule in enumerate(RULES):
                mask = np.asarray(agnostic_mask(parse, keypoints, garment_type, dataset, rule=rule)) > 0
                page.paste(_cell(_painted(colours, mask)), (left(1 + 2 * g + r), top))
    return page


def _painted(colours: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    blended = 0.35 * colours + 0.65 * MASK_COLOUR
    return np.where(mask[..., None], blended, colours).astype(np.uint8)


def _cell(colours: NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(colours).resize(CELL, Image.Resampling.BOX)


if __name__ == "__main__":
    main()
