"""`leffa.preprocess`: one call from a plain photo to what the pipeline wants, by a folder's networks."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import torch
from PIL import Image

from leffa.control import ModelName
from leffa.preprocessing.networks import NetworkFiles, Networks
from leffa.preprocessing.preprocessor import Control, Preprocessed, Preprocessor, Quirks
from leffa.weights.folder import find_files, find_parsing


def preprocess(
    person_photo: Image.Image,
    control: Control = "tryon",
    model: ModelName | None = None,
    garment_type: str = "upper_body",
    *,
    weights: Path | str = "weights",
    device: torch.device | str = "cpu",
    mask_rule: str = "published",
) -> Preprocessed:
    """Mask, DensePose picture, joints, label maps and box of the person in a photo.

    Arguments, result and errors are those of `Preprocessor`. weights: a folder in the published layout. Its
    networks are loaded when they are first needed and kept for the next call with the same folder and device;
    photos are remembered by their content.
    """
    preprocessor = _preprocessor(Path(weights), str(device))
    return preprocessor(person_photo, control, model, garment_type, mask_rule=mask_rule)


def make_preprocessor(
    weights: Path,
    *,
    device: torch.device | str = "cpu",
    vitpose: Path | None = None,
    quirks: Quirks | None = None,
) -> Preprocessor:
    """A preprocessor of its own with the networks of a weights folder; nothing is loaded yet.

    vitpose: a folder with a ViTPose model, which then finds the joints instead of OpenPose.
    """
    files = NetworkFiles(
        densepose=lambda: find_files(weights, "densepose")[0],
        parsing_atr=lambda: find_parsing(weights)[0],
        parsing_lip=lambda: find_parsing(weights)[1],
        openpose=lambda: find_files(weights, "openpose")[0],
        vitpose=vitpose,
    )
    return Preprocessor(Networks(files, device=device), quirks)


@lru_cache(maxsize=1)
def _preprocessor(weights: Path, device: str) -> Preprocessor:
    return make_preprocessor(weights, device=device)
