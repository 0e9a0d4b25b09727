"""A folder of own photos becomes a data set: what its people lack is made once and kept beside them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from leffa.cli.files import find_maps, make_folder, read_maps, read_photo, writing
from leffa.cli.progress import Progress
from leffa.cli.seeing import start_networks
from leffa.errors import LeffaError, MaskError, PersonError

if TYPE_CHECKING:
    from PIL import Image

    from leffa.control import ModelName
    from leffa.preprocessing.preprocessor import Preprocessor


def prepare_folder(
    root: Path,
    model: ModelName,
    *,
    mask_rule: str | None,
    weights: str,
    device: str,
    vitpose: Path | None,
    progress: Progress,
    published: bool,
) -> int:
    """Frame, mask and control picture of every person in `pairs.txt` that has none; how many there were.

    A photo with maps beside it (`NAME.maps.npz`) is taken whole, any other is looked at by the networks.
    Raises `DataError`s for the list, and whatever is wrong with a photo, which is named.
    """
    from leffa.data.own import is_prepared, own_pairs, prepared_files

    pairs = own_pairs(root)
    networks: Preprocessor | None = None
    made = 0
    progress.begin("looking at the people", len(pairs))
    for person, garment, garment_type in pairs:
        files = prepared_files(root, model, person, garment, garment_type)
        if not is_prepared(files):
            path = root / "person" / person
            photo, maps = read_photo(path), find_maps(path, None)
            try:
                if maps is not None:
                    pictures = _of_maps(photo, maps, model, garment_type, mask_rule or "published")
                else:
                    networks = networks or start_networks(
                        model, weights, device, vitpose, progress, published=published
                    )
                    seen = networks(photo, "tryon", model, garment_type, mask_rule=mask_rule)
                    pictures = seen.picture, seen.mask, seen.densepose
            except (MaskError, PersonError) as error:
                raise _named(error, person) from error
            assert isinstance(files.mask, Path)
            for target, picture in zip((files.person, files.mask, files.densepose), pictures, strict=True):
                make_folder(target.parent)
                with writing(target):
                    picture.save(target)
            made += 1
        progress.step()
    return made


def _of_maps(
    photo: Image.Image, maps_file: Path, model: ModelName, garment_type: str, mask_rule: str
) -> tuple[Image.Image, Image.Image, Image.Image]:
    from leffa.control import control_picture
    from leffa.masks import mask_for, require_nonempty
    from leffa.pictures import flatten

    maps = read_maps(maps_file)
    mask = require_nonempty(mask_for(maps, garment_type, model, rule=mask_rule))
    return flatten(photo), mask, control_picture(maps.densepose, model, maps.densepose_uv)


def _named(error: LeffaError, photo: str) -> LeffaError:
    return type(error)(f"{photo}: {error}")
