"""`leffa.preprocess`: one call from a plain photo to what the pipeline wants, whatever the weights."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import torch
from PIL import Image

from leffa import mini
from leffa.control import ModelName
from leffa.errors import OptionInvalid
from leffa.preprocessing.drawn.eyes import DrawnEyes
from leffa.preprocessing.drawn.weights import WEIGHTS
from leffa.preprocessing.networks import NetworkFiles, Networks
from leffa.preprocessing.preprocessor import Control, Preprocessed, Preprocessor
from leffa.preprocessing.published import PublishedEyes, Quirks
from leffa.presets import MINI
from leffa.weights import MINI_NAME
from leffa.weights.folder import find_files, find_parsing
from leffa.weights.preset_file import shows_drawn_people


def preprocess(
    person_photo: Image.Image,
    control: Control = "tryon",
    model: ModelName | None = None,
    garment_type: str = "upper_body",
    *,
    weights: Path | str = "weights",
    device: torch.device | str = "cpu",
    mask_rule: str | None = None,
) -> Preprocessed:
    """Mask, DensePose picture, joints, label maps and box of the person in a photo.

    Arguments, result and errors are those of `Preprocessor`. weights: see `make_preprocessor`. Networks are
    loaded when they are first needed and kept for the next call with the same weights and device; photos
    are remembered by their content.
    """
    preprocessor = _preprocessor(str(weights), str(device))
    return preprocessor(person_photo, control, model, garment_type, mask_rule=mask_rule)


def make_preprocessor(
    weights: Path | str,
    *,
    device: torch.device | str = "cpu",
    vitpose: Path | None = None,
    quirks: Quirks | None = None,
) -> Preprocessor:
    """A preprocessor of its own; nothing is loaded yet.

    weights: a folder in the published layout, whose networks see photographs; or `"mini"`, whose network sees
    drawn people (`leffa.synthetic`) and nobody else, and serves a folder that was trained on them, too.
    vitpose: a folder with a ViTPose model, which then finds the joints instead of OpenPose. vitpose and
    quirks belong to the published networks: `OptionInvalid` with the other weights.

    Raises `WeightsUnreadable` where the folder's preset is damaged.
    """
    if str(weights) == MINI_NAME or shows_drawn_people(Path(weights)):
        if vitpose or quirks:
            raise OptionInvalid(
                "the mini model sees with its own network: no ViTPose, no quirks of the published demo"
            )
        eyes = DrawnEyes(mini.FOLDER / WEIGHTS, device)
        return Preprocessor(eyes, mask_rule=MINI.mask_rule)
    folder = Path(weights)
    files = NetworkFiles(
        densepose=lambda: find_files(folder, "densepose")[0],
        parsing_atr=lambda: find_parsing(folder)[0],
        parsing_lip=lambda: find_parsing(folder)[1],
        openpose=lambda: find_files(folder, "openpose")[0],
        vitpose=vitpose,
    )
    return Preprocessor(PublishedEyes(Networks(files, device=device), quirks))


@lru_cache(maxsize=1)
def _preprocessor(weights: str, device: str) -> Preprocessor:
    return make_preprocessor(weights, device=device)
