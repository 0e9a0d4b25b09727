"""How a picture came to be, to look at: the mask, DensePose, joints, and where attention looked."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PIL import Image

from leffa.dressing import Result
from leffa.loss.looking import looked_at
from leffa.model import LeffaModel
from leffa.pictures import LeffaTransform
from leffa.pictures.flow import flow_sheet
from leffa.preprocessing.pose.drawing import draw_pose
from leffa.preprocessing.preprocessor import Preprocessed

# How noisy the picture is made again to see where attention looks: little, so that there is something to see.
_TIMESTEP = 200
# As it attends when it paints; the loss looks less sharply.
_TEMPERATURE = 1.0


def insight(model: LeffaModel, result: Result, seen: Preprocessed) -> Mapping[str, Image.Image]:
    """`mask` and `densepose` as the model was given them, `keypoints` on the photo where joints were found,
    and `flow`: which point of the reference each repainted part shows. One more pass through both UNets."""
    pictures = {"mask": result.mask, "densepose": result.densepose, "flow": _flow(model, result)}
    if seen.joints_found:
        pictures["keypoints"] = draw_pose(seen.picture, seen.keypoints)
    return pictures


def _flow(model: LeffaModel, result: Result) -> Image.Image:
    width, height = result.source.size
    transform = LeffaTransform(height=height, width=width)
    inputs = transform(result.source, result.reference, result.mask, result.densepose)
    made = transform(result.generated, result.reference, result.mask, result.densepose).source
    places = looked_at(model, inputs, made, timestep=_TIMESTEP, temperature=_TEMPERATURE)
    decoder = [
        found[0].float().cpu().numpy() for name, found in places.items() if name.startswith("up_blocks")
    ]
    mean = np.stack(decoder).mean(axis=0, dtype=np.float32)
    return flow_sheet(mean, result.generated, result.reference, result.mask)
