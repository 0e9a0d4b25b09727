"""Small pictures in every format, and hand-made bombs, for the tests of this room."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageCms

DATA = Path(__file__).parents[2] / "data"
ORIENTATION = 0x0112


def encoded(picture: Image.Image, name: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, name, **options)
    return buffer.getvalue()


def gradient(width: int, height: int) -> Image.Image:
    """Red rises to the right, green downwards, blue is constant."""
    y, x = np.mgrid[0 : 255 : height * 1j, 0 : 255 : width * 1j]
    return Image.fromarray(np.stack([x, y, np.full_like(x, 90)], axis=-1).astype(np.uint8))


def noise(width: int, height: int, seed: int = 0) -> Image.Image:
    values = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(values)


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[ORIENTATION] = orientation
    return tags


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    width: int, height: int, pixels: bytes, *, bits: int = 8, colour: int = 2, extra: bytes = b""
) -> bytes:
    """A PNG put together by hand; `pixels` with a filter byte before each row."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    parts = chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def files() -> dict[str, bytes]:
    """A valid file of 72 x 66 pixels of each accepted format and flavour."""
    soft = noise(9, 8).resize((72, 66))
    turned = soft.rotate(90)
    grey16 = Image.fromarray(np.asarray(soft.convert("L")).astype(np.uint16) * 257)
    return {
        "jpeg": encoded(soft, "JPEG", exif=exif(6)),
        "progressive": encoded(soft, "JPEG", progressive=True, icc_profile=srgb_profile()),
        "cmyk": encoded(soft.convert("CMYK"), "JPEG"),
        "png": encoded(soft, "PNG", exif=exif(6)),
        "palette": encoded(soft.quantize(16), "PNG", transparency=3),
        "png16": encoded(grey16, "PNG"),
        "webp": encoded(soft, "WEBP", exif=exif(6)),
        "lossless": encoded(soft.convert("RGBA"), "WEBP", lossless=True),
        "animated_webp": encoded(soft, "WEBP", save_all=True, append_images=[turned]),
        "gif": encoded(soft, "GIF"),
        "animated_gif": encoded(soft, "GIF", save_all=True, append_images=[turned]),
        "bmp": encoded(soft, "BMP"),
        "tiff": encoded(soft, "TIFF"),
        "tiff_lzw": encoded(soft, "TIFF", compression="tiff_lzw"),
        "tiff16": encoded(grey16, "TIFF"),
    }
