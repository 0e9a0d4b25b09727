"""What a command knows about the person in a photo: from a maps file, or by looking with the networks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from leffa.cli.files import read_maps
from leffa.cli.progress import Progress
from leffa.errors import WeightsMissing

if TYPE_CHECKING:
    from PIL import Image

    from leffa.control import ModelName
    from leffa.framing import Frame
    from leffa.maps import PersonMaps
    from leffa.preprocessing.preprocessor import Control, Preprocessed, Preprocessor

MINI = "mini"


@dataclass(frozen=True)
class Person:
    """The maps, and the part of the photo they are of (None: the whole photo, from a file)."""

    maps: PersonMaps
    seen_in: Frame | None = None
    preprocessed: Preprocessed | None = None


def require_weights(weights: str, model: ModelName, vitpose: Path | None) -> None:
    """Before any work: everything is there that a picture of a plain photo needs. Raises `WeightsMissing`.

    The network for drawn people comes along.
    """
    if weights == MINI:
        return
    from leffa.weights.folder import lacking, pull_command
    from leffa.weights.preset_file import shows_drawn_people

    folder = Path(weights)
    if shows_drawn_people(folder):
        return
    unneeded = "openpose" if vitpose else None
    missing = [file.path for file in lacking(folder, [model]) if file.part != unneeded]
    if missing:
        raise WeightsMissing(
            f"{folder} lacks {', '.join(missing)}; fetch what is missing: {pull_command(folder, model)}"
        )


def see_person(
    photo: Image.Image,
    path: Path,
    maps_file: Path | None,
    *,
    control: Control,
    model: ModelName,
    garment_type: str = "upper_body",
    mask_rule: str | None = None,
    weights: str,
    device: str,
    vitpose: Path | None,
    progress: Progress,
    published: bool = False,
) -> Person:
    """Read `maps_file`, or run the networks of these weights over the photo from `path`.

    published: with the faults of the published demo, see `Quirks`.

    Raises `PersonError`s, `WeightsError`s.
    """
    if maps_file is not None:
        return Person(read_maps(maps_file))
    preprocessor = start_networks(model, weights, device, vitpose, progress, published=published)
    seen = preprocessor(photo, control, model, garment_type, mask_rule=mask_rule)
    if seen.people > 1:
        progress.say(f"{path.name} shows {seen.people} people: the largest central one is taken")
    return Person(seen.maps, seen.frame, seen)


def start_networks(
    model: ModelName,
    weights: str,
    device: str,
    vitpose: Path | None,
    progress: Progress,
    *,
    published: bool = False,
) -> Preprocessor:
    """The networks of these weights, to look at one photo or many. Raises `WeightsError`s."""
    progress.stage("looking at the person")
    from leffa.cli.device import choose_device
    from leffa.preprocessing.published import Quirks
    from leffa.seeing import make_preprocessor

    return make_preprocessor(
        weights,
        device=choose_device(device),
        vitpose=vitpose,
        quirks=Quirks.published(model) if published else None,
    )
