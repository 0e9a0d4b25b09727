"""`giydir up` with a bot: Redis, dispatcher, a worker with the mini model, all as processes; a phone's photo
for it, and what must be true of the picture that comes of it."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest.mock import patch

import c2pa
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from config.settings import Settings, load_settings
from leffa.marking import COMPOSITE
from leffa.synthetic import Pair, sample_pair
from tests.standins.base import StandIn
from tests.standins.files import File
from tests.standins.serving import NothingCame

ROOT = Path(__file__).parents[2]
ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825
PHONE = "Phones of Ada"
SEED, PORTRAIT = 3, (3024, 4032)


@dataclass
class Stack:
    folder: Path
    settings: Settings


@contextmanager
def everything(
    folder: Path, platform: StandIn, environment: Mapping[str, str], begun: Callable[[], object]
) -> Iterator[Stack]:
    """From the first command in an empty folder to Ctrl-C. `environment`: a token, and where the platform is;
    `begun`: whether the bot is there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIYDIR_")}
    own = {"GIYDIR_DEVICE": "cpu", "GIYDIR_HEALTH_PORT": "0", **environment}
    log = folder / "up.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "tasks.cli", "up"],
            cwd=folder,
            env={**kept, **own, "PYTHONPATH": str(ROOT)},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        try:
            platform.wait(begun, 180, "the bot")
        except NothingCame:
            raise AssertionError(log.read_text()) from None
        with patch.dict(os.environ, own):
            yield Stack(folder, _settings(folder))
    finally:
        process.send_signal(signal.SIGINT)
        code = process.wait(120)
    assert code == 0, log.read_text()


def _settings(folder: Path) -> Settings:
    """As its processes read them; its paths are below the folder."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        return load_settings(Path(".env"))
    finally:
        os.chdir(before)


class Phone:
    """What somebody has on theirs: 12 megapixels of a drawn person, and a garment."""

    def __init__(self) -> None:
        self.pair: Pair = sample_pair(SEED, (192, 256), "upper_body")

    @cached_property
    def person(self) -> Image.Image:
        """As they see it, upright."""
        return Image.fromarray(self.pair.person.image).resize(PORTRAIT, Image.Resampling.BICUBIC)

    @cached_property
    def photo(self) -> File:
        return from_a_phone(self.person)

    @cached_property
    def garment(self) -> File:
        return _file(self.pair.garment.image)


def from_a_phone(picture: Image.Image) -> File:
    """As the camera wrote it: on its side, with where and by what it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = 6, PHONE
    exif.get_ifd(GPS).update({1: "N", 2: (41.0, 1.0, 29.0), 3: "E", 4: (28.0, 58.0, 42.0)})
    file = io.BytesIO()
    picture.transpose(Image.Transpose.ROTATE_90).save(file, "JPEG", quality=92, exif=exif)
    return File("IMG_2025.jpg", file.getvalue(), "image/jpeg")


def check_marks(data: bytes, phone: Phone) -> None:
    """It says by what it was made, and no longer where and by what its photo was taken."""
    assert PHONE.encode() in phone.photo.data
    manifests = json.loads(c2pa.Reader(None, io.BytesIO(data)).json())
    active = manifests["manifests"][manifests["active_manifest"]]
    actions: list[Any] = [
        one
        for assertion in active["assertions"]
        if assertion["label"].startswith("c2pa.actions")
        for one in assertion["data"]["actions"]
    ]
    assert COMPOSITE in [one.get("digitalSourceType") for one in actions]
    assert f"<Iptc4xmpExt:DigitalSourceType>{COMPOSITE}<".encode() in data
    assert PHONE.encode() not in data
    with Image.open(io.BytesIO(data)) as opened:
        exif = opened.getexif()
        assert not exif.get_ifd(GPS)
        assert exif.get(ORIENTATION, 1) == 1, "upright by its pixels"


def check_picture(data: bytes, phone: Phone) -> None:
    """The wanted garment is worn, and the rest is as it was."""
    pair, person = phone.pair, phone.person
    with Image.open(io.BytesIO(data)) as opened:
        made = ImageOps.exif_transpose(opened).convert("RGB")
    assert made.size == PORTRAIT, "as large as the member's own, and upright"
    small = pair.person.image.shape[1::-1]
    before, after, wanted = (
        np.asarray(one, dtype=np.float64)
        for one in (person.resize(small), made.resize(small), pair.target.image)
    )
    worn = ~np.isnan(pair.target.garment_flow[..., 0])
    changed = np.abs(after - before).mean(axis=-1)
    # The garment is another, and of the wanted one's colours; face, legs and ground are what they were.
    assert changed[worn].mean() > 5 * changed[~worn].mean()
    colour = [one[worn].mean(axis=0) for one in (before, after, wanted)]
    assert np.linalg.norm(colour[1] - colour[2]) < 0.5 * np.linalg.norm(colour[0] - colour[2])
    if folder := os.environ.get("KEEP_PICTURES"):
        made.save(Path(folder) / "made.jpg")


def _file(picture: NDArray[np.uint8]) -> File:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "JPEG", quality=92)
    return File("shirt.jpg", out.getvalue(), "image/jpeg")
