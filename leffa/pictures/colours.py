"""From any of Pillow's modes to 8-bit sRGB, with transparency kept or laid on a colour."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageCms

from leffa.errors import PictureUnreadable

WHITE = (255, 255, 255)

_SIXTEEN_TO_EIGHT = np.round(np.arange(65536) / 257).astype(np.uint8)


def to_srgb(picture: Image.Image) -> Image.Image:
    """`picture` as 8-bit sRGB: RGBA where some pixel is not opaque, RGB otherwise.

    A valid embedded ICC profile is applied, an invalid one ignored. 16-bit grey is scaled to 8
    bits. Nothing of `picture.info` (profile, EXIF, position) is carried over.

    Raises `PictureUnreadable` for 32-bit samples, whose range no header tells.
    """
    if picture.mode in ("I", "F"):
        raise PictureUnreadable("pictures with 32-bit samples are not accepted")
    colour, alpha = _split_alpha(picture)
    srgb = _apply_profile(colour, picture.info.get("icc_profile"))
    if alpha is not None and alpha.getextrema() != (255, 255):
        srgb.putalpha(alpha)
    srgb.info.clear()
    return srgb


def flatten(picture: Image.Image, background: tuple[int, int, int] = WHITE) -> Image.Image:
    """`picture` as RGB, its transparent parts laid on `background`. Any mode `to_srgb` takes."""
    srgb = picture if picture.mode in ("RGB", "RGBA") else to_srgb(picture)
    if srgb.mode == "RGB":
        return srgb
    ground = Image.new("RGB", srgb.size, background)
    ground.paste(srgb, mask=srgb.getchannel("A"))
    return ground


def _split_alpha(picture: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Colour as L, RGB or CMYK, and the alpha channel as L if there is any."""
    if picture.mode.startswith("I;16"):
        values = np.asarray(picture)
        grey = Image.fromarray(_SIXTEEN_TO_EIGHT[values])
        clear = picture.info.get("transparency")
        if clear is None:
            return grey, None
        return grey, Image.fromarray(np.where(values == clear, 0, 255).astype(np.uint8))
    # The colour space that an embedded profile speaks of.
    space = {"1": "L", "L": "L", "LA": "L", "La": "L", "CMYK": "CMYK"}.get(picture.mode, "RGB")
    if not picture.has_transparency_data:
        return picture if picture.mode == space else picture.convert(space), None
    full = picture.convert("RGBA")
    return full.convert(space), full.getchannel("A")


def _apply_profile(colour: Image.Image, data: bytes | None) -> Image.Image:
    if data:
        try:
            profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
            if "srgb" in ImageCms.getProfileDescription(profile).lower():
                return colour.convert("RGB")
            srgb = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(colour, profile, srgb, outputMode="RGB")
        except (OSError, ImageCms.PyCMSError):
            return colour.convert("RGB")
        assert converted is not None  # only the in-place form returns None
        return converted
    return colour.convert("RGB")
