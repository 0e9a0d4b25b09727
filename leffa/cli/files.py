"""Photos and maps in, folders and pictures out, with errors that name the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from leffa.errors import MapsMissing, OptionInvalid, PictureError
from leffa.marking import picture_format

if TYPE_CHECKING:
    from leffa.maps import PersonMaps


def maps_path(photo: Path) -> Path:
    """Where the maps of a photo lie unless it is said otherwise: `person1.png` has `person1.maps.npz`."""
    return photo.with_name(f"{photo.stem}.maps.npz")


def read_photo(path: Path) -> Image.Image:
    """The picture as `leffa.pictures.decode` gives it. Raises `PictureError`s that name the file."""
    from leffa.pictures import decode

    try:
        return decode(path)
    except PictureError as error:
        raise type(error)(f"{path.name}: {error}") from error


def find_maps(photo: Path, given: Path | None) -> Path | None:
    """The maps file `given`, or else the one beside `photo` if any. Raises `MapsMissing` for a wrong one."""
    path = given or maps_path(photo)
    if path.is_file():
        return path
    if given:
        raise MapsMissing(f"there is no file of maps at {given}")
    return None


def read_maps(path: Path) -> PersonMaps:
    from leffa.maps import PersonMaps

    return PersonMaps.load(path)


def check_output(path: Path, *inputs: Path) -> None:
    """Before any work: the suffix is one we write, and no input is overwritten. Raises `OptionInvalid`."""
    picture_format(path)
    if path.is_dir():
        raise OptionInvalid(f"{path} is a folder; name a file in it")
    if path.exists() and any(path.samefile(one) for one in inputs if one.exists()):
        raise OptionInvalid(f"{path} is also an input, and would be overwritten")
    make_folder(path.parent)


def make_folder(path: Path) -> Path:
    """Make `path` and what lies above it. Raises `OptionInvalid` where that cannot be."""
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Whatever the system refuses becomes an `OptionInvalid` that names `path`."""
    try:
        yield
    except OSError as error:
        raise OptionInvalid(f"cannot write {path}: {error.strerror or error}") from error
