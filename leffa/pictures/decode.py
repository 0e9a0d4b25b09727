"""Bytes that a member sent become a picture, or one of four typed errors."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from PIL import ExifTags, Image, ImageFile, TiffImagePlugin, UnidentifiedImageError

from leffa.errors import PictureTooLarge, PictureTooSmall, PictureTruncated, PictureUnreadable
from leffa.pictures.colours import to_srgb
from leffa.pictures.containers import check_jpeg_scans, ends_early, picture_format


@dataclass(frozen=True)
class Limits:
    """What is accepted. Memory while decoding is about 12 bytes for each pixel."""

    bytes: int = 20 * 2**20
    pixels: int = 50_000_000
    longest_side: int = 16_384
    shortest_side: int = 64


DEFAULT_LIMITS = Limits()

# Pillow's parsers are plain Python on hostile bytes: besides its own OSError and SyntaxError,
# whatever a wrong length or index raises comes through, and its warnings of damaged metadata
# where the program has made warnings errors.
_PARSER_ERRORS = (
    UserWarning,
    OSError,
    SyntaxError,
    ValueError,
    LookupError,
    ArithmeticError,
    TypeError,
    AttributeError,
    EOFError,
    AssertionError,
    RuntimeError,
    MemoryError,
    struct.error,
    zlib.error,
)

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def decode(data: bytes | Path, *, limits: Limits = DEFAULT_LIMITS) -> Image.Image:
    """The picture in `data`, upright, 8-bit sRGB, without metadata.

    Accepts JPEG, PNG, WebP, GIF, BMP and TIFF, of an animation the first frame. Returns RGBA if
    some pixel is not opaque, RGB otherwise; `flatten` lays transparency on white. Safe to call
    from several threads; changes no setting of Pillow.

    Raises `PictureUnreadable`, `PictureTruncated`, `PictureTooSmall`, or, before any pixel is
    decoded, `PictureTooLarge`.
    """
    content = _read(data, limits) if isinstance(data, Path) else data
    if len(content) > limits.bytes:
        raise PictureTooLarge(_too_many_bytes(len(content), limits))
    name = picture_format(content)
    if name == "JPEG":
        check_jpeg_scans(content)
    try:
        with Image.open(io.BytesIO(content), formats=[name]) as file:
            _check_size(file, limits)
            file.load()
            upright = _upright(file)
        return to_srgb(upright)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureTooLarge(f"the picture has more than {limits.pixels} pixels") from error
    except _PARSER_ERRORS as error:
        raise _failure(content, name, error) from error


def _read(path: Path, limits: Limits) -> bytes:
    try:
        size = path.stat().st_size
        if size > limits.bytes:
            raise PictureTooLarge(_too_many_bytes(size, limits))
        return path.read_bytes()
    except OSError as error:
        raise PictureUnreadable(f"{path}: {error.strerror}") from error


def _too_many_bytes(size: int, limits: Limits) -> str:
    return f"the file has {size} bytes, at most {limits.bytes} are accepted"


def _check_size(file: ImageFile.ImageFile, limits: Limits) -> None:
    width, height = file.size
    if width * height > limits.pixels or max(width, height) > limits.longest_side:
        raise PictureTooLarge(
            f"the picture has {width} x {height} pixels, at most {limits.pixels} pixels and "
            f"{limits.longest_side} along a side are accepted"
        )
    if min(width, height) < limits.shortest_side:
        raise PictureTooSmall(
            f"the picture has {width} x {height} pixels, at least {limits.shortest_side} along "
            "each side are needed"
        )
    if isinstance(file, TiffImagePlugin.TiffImageFile):
        # The decoder takes memory for a whole tile, which may be larger than the picture.
        tile = file.tag_v2.get(322, 0) * file.tag_v2.get(323, 0)
        if tile > limits.pixels:
            raise PictureTooLarge(f"a tile of the TIFF has more than {limits.pixels} pixels")


def _upright(picture: Image.Image) -> Image.Image:
    """Turned as EXIF says. Pillow has already turned a TIFF by now and dropped the tag."""
    try:
        orientation = picture.getexif().get(ExifTags.Base.Orientation)
    except _PARSER_ERRORS:
        return picture  # damaged metadata is no reason to refuse the pixels
    turn = _TURNS.get(orientation) if isinstance(orientation, int) else None
    return picture if turn is None else picture.transpose(turn)


def _failure(
    content: bytes, name: str, error: Exception
) -> PictureTooLarge | PictureTruncated | PictureUnreadable:
    if isinstance(error, MemoryError) or "MAX_TEXT" in str(error):
        return PictureTooLarge(f"the {name} unpacks to more than is accepted")
    if ends_early(content, name):
        return PictureTruncated(f"the {name} ends before its last row")
    reason = "its header makes no sense" if isinstance(error, UnidentifiedImageError) else str(error)
    return PictureUnreadable(f"the {name} is damaged: {' '.join(reason.split())}")
