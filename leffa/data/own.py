"""A folder of one's own photos; what is not there yet is made once, by `leffa preprocess FOLDER`."""

from __future__ import annotations

from pathlib import Path

from leffa.control import ModelName
from leffa.data.files import read_rows
from leffa.data.items import TryOnData, TryOnFiles
from leffa.errors import DataMissing, DataUnreadable
from leffa.masks.agnostic import GARMENT_TYPES

LIST = "pairs.txt"
PREPARED = "prepared"
DEFAULT_TYPE = "upper_body"


def own_photos(root: Path, model: ModelName = "viton_hd", *, paired: bool = False) -> TryOnData:
    """Items in the order of `pairs.txt`, whose lines are `PERSON GARMENT [garment type]`.

    Photos of people lie in `person/`, of garments in `garment/`. The frames round the people, masks and
    control pictures lie in `prepared/MODEL/`. paired: say so if the people wear their garments already.
    Raises `DataMissing` or `DataUnreadable` for the list, and for what is not prepared yet.
    """
    rows = own_pairs(root)
    files = tuple(prepared_files(root, model, *row) for row in rows)
    missing = [one.person for one in files if not is_prepared(one)]
    if missing:
        raise DataMissing(
            f"{len(missing)} of {len(files)} photos are not prepared, the first is {missing[0].name}: "
            f"leffa preprocess {root} --model {model}"
        )
    return TryOnData(files, paired)


def own_pairs(root: Path) -> list[tuple[str, str, str]]:
    """(person, garment, garment type) of every line. Raises `DataMissing` or `DataUnreadable`."""
    pairs = []
    for row in read_rows(root / LIST, (2, 3)):
        garment_type = row[2] if len(row) == 3 else DEFAULT_TYPE
        if garment_type not in GARMENT_TYPES:
            raise DataUnreadable(f"{root / LIST}: {garment_type} is none of {', '.join(GARMENT_TYPES)}")
        pairs.append((row[0], row[1], garment_type))
    return pairs


def prepared_files(root: Path, model: ModelName, person: str, garment: str, garment_type: str) -> TryOnFiles:
    """Where an item's files lie, whether they are there or not."""
    folder = root / PREPARED / model
    name = f"{Path(person).stem}.png"
    return TryOnFiles(
        person=folder / "picture" / name,
        garment=root / "garment" / garment,
        mask=folder / f"mask-{garment_type}" / name,
        densepose=folder / "densepose" / name,
        densepose_is="picture",
        garment_type=garment_type,
    )


def is_prepared(files: TryOnFiles) -> bool:
    assert isinstance(files.mask, Path)
    return files.person.is_file() and files.mask.is_file() and files.densepose.is_file()
