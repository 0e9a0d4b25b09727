"""DressCode (1024x768; upper and lower garments, dresses): the folders of the published archive."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from leffa.data.files import Split, read_rows
from leffa.data.items import Made, TryOnData, TryOnFiles
from leffa.errors import DataUnreadable
from leffa.masks.labels import Atr

CATEGORIES = ("upper_body", "lower_body", "dresses")
_PERSON = "_0.jpg"


def dress_code(
    root: Path, split: Split = "test", *, paired: bool = True, categories: Sequence[str] = CATEGORIES
) -> TryOnData:
    """Items of each category in turn, in the order of its list, whose lines are `N_0.jpg M_1.jpg`.

    Lists: `CATEGORY/train_pairs.txt`, `CATEGORY/test_pairs_{paired,unpaired}.txt`; training is paired. In
    each category lie images (`N_0.jpg` the person, `N_1.jpg` the garment), dense (`N_5.png`, parts 0..24),
    label_maps (`N_4.png`) and keypoints (`N_2.json`). Masks are read from agnostic_masks (`N_0.png`), where
    there is that folder; the archive has none, and then they are made by the published rule.
    Raises `DataMissing` or `DataUnreadable` for the lists.
    """
    order = "paired" if paired else "unpaired"
    name = "train_pairs.txt" if split == "train" else f"test_pairs_{order}.txt"
    files = []
    for category in categories:
        folder = root / category
        masked = (folder / "agnostic_masks").is_dir()
        for person, garment in read_rows(folder / name, (2, 2)):
            if not person.endswith(_PERSON):
                raise DataUnreadable(f"{folder / name}: {person} is not named N{_PERSON}")
            number = person.removesuffix(_PERSON)
            made = Made(folder / "label_maps" / f"{number}_4.png", folder / "keypoints" / f"{number}_2.json")
            files.append(
                TryOnFiles(
                    person=folder / "images" / person,
                    garment=folder / "images" / garment,
                    mask=folder / "agnostic_masks" / f"{number}_0.png" if masked else made,
                    densepose=folder / "dense" / f"{number}_5.png",
                    densepose_is="parts",
                    garment_type=category,
                    parse=(folder / "label_maps" / f"{number}_4.png", Atr),
                )
            )
    return TryOnData(tuple(files), paired or split == "train")
