"""Which part of a person is repainted: masks from label maps and keypoints. See `docs/masks.md`.

`agnostic_mask` needs a parsing and keypoints, `auto_mask` DensePose and two parsings; `mask_for` does the
published demo's way from `PersonMaps` to a mask of the photo's size, `require_nonempty` refuses an empty one.
"""

from leffa.masks.agnostic import agnostic_mask
from leffa.masks.auto import auto_mask
from leffa.masks.recipe import WORK_SIZE, mask_for, require_nonempty

__all__ = ["WORK_SIZE", "agnostic_mask", "auto_mask", "mask_for", "require_nonempty"]
