"""Handing a person everything that is kept about them, pictures included."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from tasks.desk import Desk
from tasks.errors import PictureDamaged, PictureMissing, PictureTooLarge
from tasks.records import Person
from tasks.store.store import Store

DATA = "data.json"
_ENDINGS = {b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"RIFF": ".webp"}


@dataclass(frozen=True)
class Exported:
    """How many pictures were handed out, and how many there are that cannot be read."""

    pictures: int
    unreadable: int


def export_person(
    desk: Desk, store: Store, person: Person, file: BinaryIO, *, with_pictures: bool = True
) -> Exported:
    """Write a ZIP into `file`, from where it stands; `file` need not be seekable.

    `pictures/` (not with `with_pictures` false) holds the pictures that are there, one in memory at a time;
    `data.json` what `Desk.export` gives, and under `pictures` the file of each key, or why it cannot be read.
    Raises `UnknownPerson`.
    """
    data = desk.export(person)
    account_id = desk.known_account(person)
    files: dict[str, str] = {}
    unreadable: dict[str, str] = {}
    with ZipFile(file, "w") as archive:
        for stored in store.stored(account_id) if with_pictures else ():
            try:
                picture = store.get(account_id, stored.key)
            except PictureMissing:
                continue  # Deleted meanwhile.
            except (PictureDamaged, PictureTooLarge) as error:
                unreadable[stored.key] = error.code
                continue
            name = f"pictures/{stored.key.split('/')[1]}{_ending(picture)}"
            archive.writestr(name, picture)
            files[stored.key] = name
        data["pictures"] = {"files": files, "unreadable": unreadable}
        text = json.dumps(data, ensure_ascii=False, indent=2)
        archive.writestr(DATA, text, compress_type=ZIP_DEFLATED)
    return Exported(len(files), len(unreadable))


def _ending(picture: bytes) -> str:
    return next((ending for start, ending in _ENDINGS.items() if picture.startswith(start)), "")
