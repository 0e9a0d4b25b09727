"""What the raw bytes of a picture file say, before any decoder sees them."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

from leffa.errors import PictureTooLarge, PictureUnreadable

# A camera writes about ten scans. Each further scan of a progressive JPEG costs a pass over the
# whole picture, whatever its number of bytes, so thousands of empty ones are a bomb.
MAX_JPEG_SCANS = 100

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SIGNATURES: tuple[tuple[str, int, bytes], ...] = (
    ("JPEG", 0, b"\xff\xd8\xff"),
    ("PNG", 0, _PNG_SIGNATURE),
    ("WEBP", 8, b"WEBP"),
    ("GIF", 0, b"GIF87a"),
    ("GIF", 0, b"GIF89a"),
    ("BMP", 0, b"BM"),
    ("TIFF", 0, b"II*\0"),
    ("TIFF", 0, b"MM\0*"),
)


def picture_format(data: bytes) -> str:
    """The format by signature, as Pillow names it: JPEG, PNG, WEBP, GIF, BMP or TIFF.

    Raises `PictureUnreadable` for anything else. HEIC and AVIF are refused by name: Pillow has no
    HEIC decoder, and an AVIF's frames may be larger than its header says, unseen until decoded.
    """
    for name, offset, signature in _SIGNATURES:
        if data[offset : offset + len(signature)] == signature:
            return name
    if data[4:8] == b"ftyp":
        raise PictureUnreadable("HEIC and AVIF pictures are not accepted, send a JPEG or a PNG")
    raise PictureUnreadable("this is no JPEG, PNG, WebP, GIF, BMP or TIFF picture")


def check_jpeg_scans(data: bytes) -> None:
    """Raise `PictureTooLarge` for a JPEG with more scans than any camera or program writes."""
    # Inside compressed data 0xFF is always followed by 0, so the pair is a marker.
    scans = data.count(b"\xff\xda")
    if scans > MAX_JPEG_SCANS:
        raise PictureTooLarge(f"the JPEG has {scans} scans, at most {MAX_JPEG_SCANS} are accepted")


def ends_early(data: bytes, name: str) -> bool:
    """Whether a file of format `name` lacks its end, by its own lengths and end markers."""
    return _ENDS_EARLY[name](data)


def _jpeg_ends_early(data: bytes) -> bool:
    # A thumbnail in the header has an end marker too, so it must come after the last scan.
    return data.rfind(b"\xff\xd9") <= data.rfind(b"\xff\xda")


def _png_ends_early(data: bytes) -> bool:
    position = len(_PNG_SIGNATURE)
    while position + 12 <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        kind = data[position + 4 : position + 8]
        position += 12 + length
        if kind == b"IEND":
            break
    else:
        return True
    return position > len(data)


def _webp_ends_early(data: bytes) -> bool:
    return 8 + _little_u32(data, 4) > len(data)


def _gif_ends_early(data: bytes) -> bool:
    return not data.rstrip(b"\0").endswith(b";")


def _bmp_ends_early(data: bytes) -> bool:
    return len(data) < 14 or _little_u32(data, 2) > len(data)


def _tiff_ends_early(data: bytes) -> bool:
    return any(end > len(data) for end in _tiff_ends(data))


def _tiff_ends(data: bytes) -> Iterator[int]:
    """Where the first directory, its arrays and its strips or tiles end."""
    order = "<" if data[:2] == b"II" else ">"
    yield 8
    if len(data) < 8:
        return
    (directory,) = struct.unpack_from(order + "I", data, 4)
    yield directory + 2
    if directory + 2 > len(data):
        return
    (count,) = struct.unpack_from(order + "H", data, directory)
    yield directory + 2 + 12 * count
    if directory + 2 + 12 * count > len(data):
        return
    arrays: dict[int, tuple[int, ...]] = {}
    for entry in range(count):
        tag, kind, values = struct.unpack_from(order + "HHI", data, directory + 2 + 12 * entry)
        code = {3: "H", 4: "I"}.get(kind)
        if tag not in (273, 279, 324, 325) or code is None:
            continue
        size = values * struct.calcsize(code)
        start = directory + 10 + 12 * entry
        if size > 4:
            (start,) = struct.unpack_from(order + "I", data, start)
        yield start + size
        if start + size <= len(data):
            arrays[tag] = struct.unpack_from(f"{order}{values}{code}", data, start)
    for offsets, lengths in ((273, 279), (324, 325)):
        pairs = zip(arrays.get(offsets, ()), arrays.get(lengths, ()), strict=False)
        yield from (offset + length for offset, length in pairs)


def _little_u32(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 4], "little")


_ENDS_EARLY: dict[str, Callable[[bytes], bool]] = {
    "JPEG": _jpeg_ends_early,
    "PNG": _png_ends_early,
    "WEBP": _webp_ends_early,
    "GIF": _gif_ends_early,
    "BMP": _bmp_ends_early,
    "TIFF": _tiff_ends_early,
}
