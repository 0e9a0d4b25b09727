"""`agnostic_mask`: the two rules from a human parsing and keypoints."""

from __future__ import annotations

import numpy as np
from PIL import Image

from leffa.errors import OptionInvalid
from leffa.masks import dc, hd
from leffa.masks.inputs import KeypointInput, LabelInput, keypoint_array, label_map
from leffa.masks.labels import Atr

GARMENT_TYPES = ("upper_body", "lower_body", "dresses")
DATASETS = ("viton_hd", "dress_code")
RULES = ("published", "corrected")


def agnostic_mask(
    parse: LabelInput,
    keypoints: KeypointInput,
    garment_type: str,
    dataset: str = "viton_hd",
    *,
    rule: str = "published",
    slim_arms: bool = False,
) -> Image.Image:
    """The part of a person that is repainted: an `L` picture of the parse's size, 255 = repaint, 0 = keep.

    parse: `[h, w]`, ATR ids 0..17 and 18 = neck (`leffa.masks.labels.Atr`); a palette or grey picture, or a
        uint8 array. Its size is the work size: 384x512 (width x height) is what the published code uses.
    keypoints: `[18, 2]` x and y in the 384x512 frame whatever the size of the parse, COCO-18 order, (0, 0) =
        missing; or the published `{"pose_keypoints_2d": [...]}`. They are scaled by height / 512.
    garment_type: `upper_body`, `lower_body` or `dresses`.
    dataset: `viton_hd` or `dress_code`, the rule that the weights were trained with.
    rule: `published` is the released code pixel for pixel and what the weights have seen; `corrected` keeps
        what belongs to other garments and draws no arm through a corner (`docs/masks.md`).
    slim_arms: arms 45 wide in place of 60, the released variant of the VITON-HD rule; not for `dress_code`.

    A person without such a garment, or no person, may give an empty mask: see `require_nonempty`.
    Raises `MapsInvalid` and `OptionInvalid`.
    Source: the mask code of the published Leffa demo; no resampling takes place here.
    """
    _check_option("garment_type", garment_type, GARMENT_TYPES)
    _check_option("dataset", dataset, DATASETS)
    _check_option("rule", rule, RULES)
    labels = label_map(parse, "parse", Atr.NECK)
    joints = keypoint_array(keypoints) * labels.shape[0] / 512
    if dataset == "dress_code":
        if slim_arms:
            raise OptionInvalid("slim_arms belongs to the viton_hd rule")
        dc_mask = dc.published_mask if rule == "published" else dc.corrected_mask
        mask = dc_mask(labels, joints, garment_type)
    else:
        hd_mask = hd.published_mask if rule == "published" else hd.corrected_mask
        mask = hd_mask(labels, joints, garment_type, hd.SLIM_ARM_WIDTH if slim_arms else hd.ARM_WIDTH)
    return Image.fromarray(mask.astype(np.uint8) * 255)


def _check_option(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise OptionInvalid(f"{name} must be one of {', '.join(allowed)}, got {value!r}")
