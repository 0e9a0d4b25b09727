"""VITON-HD (1024x768, upper garments): the folders of the published archive."""

from __future__ import annotations

from pathlib import Path

from leffa.data.files import Split, read_rows
from leffa.data.items import TryOnData, TryOnFiles
from leffa.masks.labels import Lip


def viton_hd(root: Path, split: Split = "test", *, paired: bool = True) -> TryOnData:
    """Items in the order of `{split}_pairs.txt`, whose lines are `PERSON.jpg GARMENT.jpg`.

    Paired takes the garment of the person's own name, unpaired the one on the line. Pictures lie in
    `{split}/`: image, cloth, agnostic-mask (`NAME_mask.png`) and image-densepose (coloured parts); for
    training with the Leffa loss also image-parse-v3 (`NAME.png`, LIP classes).
    Raises `DataMissing` or `DataUnreadable` for the list.
    """
    folder = root / split
    return TryOnData(
        tuple(
            TryOnFiles(
                person=folder / "image" / person,
                garment=folder / "cloth" / (person if paired else garment),
                mask=folder / "agnostic-mask" / f"{Path(person).stem}_mask.png",
                densepose=folder / "image-densepose" / person,
                densepose_is="picture",
                garment_type="upper_body",
                parse=(folder / "image-parse-v3" / f"{Path(person).stem}.png", Lip),
            )
            for person, garment in read_rows(root / f"{split}_pairs.txt", (2, 2))
        ),
        paired,
    )
