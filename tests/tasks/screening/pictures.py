"""Pictures for screens: drawn people, plain colours."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from leffa.synthetic import sample_person


def file_of(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def person(seed: int) -> Image.Image:
    return Image.fromarray(sample_person(seed).image)


def plain(colour: str, size: tuple[int, int] = (96, 128)) -> bytes:
    return file_of(Image.new("RGB", size, colour))
