"""The true correspondence of a drawn person and a garment, for the tokens of the model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from leffa.framing import Frame


def true_places(
    frame: Frame, mask: Image.Image, garment_flow: NDArray[np.float32], stride: int
) -> NDArray[np.float32]:
    """Which point of the garment (shares 0..1 of its frame) the target shows in the middle of each token.

    frame: of the person photo. mask: L, of the frame's work size, white where the model paints.
    garment_flow: `[h, w, 2]` on the person photo, in pixels of a garment photo of the same size, which is
    framed whole. stride: pixels per token. Returns `[rows, columns, 2]`, NaN where it shows something else.
    """
    width, height = frame.work_size
    garment = Frame.whole(garment_flow.shape[1::-1], frame.work_size)
    left, top, right, bottom = frame.fit.box
    x0, y0, x1, y1 = frame.box
    at_y, at_x = np.mgrid[stride / 2 : height : stride, stride / 2 : width : stride]
    photo_x = np.clip(x0 + (at_x - left) * (x1 - x0) / (right - left), x0, x1 - 1).astype(int)
    photo_y = np.clip(y0 + (at_y - top) * (y1 - y0) / (bottom - top), y0, y1 - 1).astype(int)
    left, top, right, bottom = garment.fit.box
    scale = np.array([right - left, bottom - top]) / garment_flow.shape[1::-1]
    places = (garment_flow[photo_y, photo_x] * scale + (left, top)) / (width, height)
    inside = (np.asarray(mask) >= 128)[stride // 2 :: stride, stride // 2 :: stride]
    return np.where(inside[..., None], places, np.nan).astype(np.float32)
