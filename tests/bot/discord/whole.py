"""`giydir up` with the Discord bot: Redis, the dispatcher, a worker with the mini model, all as processes."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from PIL import Image

from config.settings import Settings, load_settings
from tests.standins.discord.server import DiscordServer
from tests.standins.files import File
from tests.standins.serving import NothingCame

ROOT = Path(__file__).parents[3]
ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825
PHONE = "Phones of Ada"


@dataclass
class Stack:
    folder: Path
    settings: Settings


@contextmanager
def everything(folder: Path, discord: DiscordServer, **settings: str) -> Iterator[Stack]:
    """From the first command in an empty folder to Ctrl-C. `settings`: names without `GIYDIR_`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIYDIR_")}
    own = {
        "GIYDIR_DEVICE": "cpu",
        "GIYDIR_HEALTH_PORT": "0",
        "GIYDIR_DISCORD_API_URL": discord.api_url,
        "GIYDIR_DISCORD_GATEWAY_URL": discord.gateway_url,
        **{f"GIYDIR_{name.upper()}": value for name, value in settings.items()},
    }
    log = folder / "up.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "tasks.cli", "up"],
            cwd=folder,
            env={**kept, **own, "PYTHONPATH": str(ROOT), "DISCORD_TOKEN": discord.token},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        try:
            discord.wait(lambda: discord.gateway.connected and discord.commands(), 180, "the bot")
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


def from_a_phone(picture: Image.Image) -> File:
    """As the camera wrote it: on its side, with where and by what it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = 6, PHONE
    exif.get_ifd(GPS).update({1: "N", 2: (41.0, 1.0, 29.0), 3: "E", 4: (28.0, 58.0, 42.0)})
    file = io.BytesIO()
    picture.transpose(Image.Transpose.ROTATE_90).save(file, "JPEG", quality=92, exif=exif)
    return File("IMG_2025.jpg", file.getvalue(), "image/jpeg")
