"""Pictures that say how they came about, in metadata that machines read.

Every file carries an XMP packet with the IPTC `DigitalSourceType` (IPTC NewsCodes, "digitalsourcetype") and
the EXIF tag `Software`. Nothing of the member or of the photos goes into it.
"""

from __future__ import annotations

import io
import os
from importlib import metadata
from pathlib import Path
from typing import Any, Literal
from xml.sax.saxutils import escape

from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from leffa.errors import OptionInvalid

Format = Literal["PNG", "JPEG", "WEBP"]
FORMATS: dict[str, Format] = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}

_SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
# A photo with parts made by a trained model: what try-on and pose transfer give.
COMPOSITE = f"{_SOURCE_TYPES}compositeWithTrainedAlgorithmicMedia"
# Drawn by a program that learned from nothing: the synthetic people.
DRAWN = f"{_SOURCE_TYPES}algorithmicMedia"

# 4:4:4 at high quality: prints and letters keep their edges.
_OPTIONS: dict[Format, dict[str, Any]] = {
    "PNG": {},
    "JPEG": {"quality": 95, "subsampling": 0},
    "WEBP": {"quality": 95},
}
_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/">
   <Iptc4xmpExt:DigitalSourceType>{source_type}</Iptc4xmpExt:DigitalSourceType>
   <xmp:CreatorTool>{software}</xmp:CreatorTool>
   <dc:description><rdf:Alt><rdf:li xml:lang="x-default">{comment}</rdf:li></rdf:Alt></dc:description>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


def picture_format(path: Path) -> Format:
    """The format that a file name asks for. Raises `OptionInvalid` for other suffixes than `FORMATS`."""
    if path.suffix.lower() not in FORMATS:
        raise OptionInvalid(f"{path.name} must end in one of {', '.join(FORMATS)}")
    return FORMATS[path.suffix.lower()]


def encode_marked(
    image: Image.Image, file_format: Format, *, comment: str = "", source_type: str = COMPOSITE
) -> bytes:
    """The file's bytes. comment: a line about the making, such as the seed, for people (`dc:description`)."""
    software = f"AI-Giydir {metadata.version('ai-giydir')}"
    packet = _PACKET.format(
        source_type=escape(source_type), software=escape(software), comment=escape(comment)
    )
    exif = Image.Exif()
    exif[ExifTags.Base.Software] = software
    options = {**_OPTIONS[file_format], "exif": exif}
    if file_format == "PNG":
        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", packet)
        options["pnginfo"] = info
    else:
        options["xmp"] = packet.encode()
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def save_marked(image: Image.Image, path: Path, *, comment: str = "", source_type: str = COMPOSITE) -> None:
    """Write a PNG, JPEG or WebP, by its suffix, whole or not at all; an older file there is replaced.

    For comment and source_type see `encode_marked`. Raises `OptionInvalid` (suffix), `OSError`.
    """
    data = encode_marked(image, picture_format(path), comment=comment, source_type=source_type)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
