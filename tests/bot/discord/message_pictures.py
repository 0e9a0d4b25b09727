"""Pictures of messages for the documents, as members and moderators see them.

    python -m tests.bot.discord.message_pictures [--out docs/images]

Drawn people ask the shipped bot on the stand-in's Discord, a worker with the mini model makes the pictures,
and Chromium takes them of what the members see.
"""

from __future__ import annotations

import argparse
import copy
import io
import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import discord
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page

from leffa.synthetic import sample_pair
from tests.bot.web.browser import running_browser
from tests.bot.whole import ROOT, everything
from tests.standins.discord.conversation import Asked
from tests.standins.discord.people import Person
from tests.standins.discord.rendering import form_page, page
from tests.standins.discord.schema import Json
from tests.standins.discord.server import DiscordServer, running_discord
from tests.standins.discord.state import Message
from tests.standins.files import File

PATIENCE = 900.0
# How far a picture is when it is taken in the making, in percent.
FAR = 30
SIZE = (768, 1024)
# Seeds of drawn people and garments.
ADA, CEM = 3, 11


@dataclass
class Studio:
    """Takes pictures of messages as they are at that moment."""

    folder: Path
    page: Page
    server: DiscordServer

    def take(self, name: str, *messages: Message, language: str = "en") -> None:
        world = self.server.world
        names = {user.id: user.name for user in world.users.values()}
        names |= {channel.id: channel.name for channel in world.channels.values()}
        names |= {role.id: role.name for guild in world.guilds.values() for role in guild.roles}
        self._shoot(name, page(messages, time.time(), names, language))

    def take_form(self, name: str, modal: Json) -> None:
        self._shoot(name, form_page(modal))

    def _shoot(self, name: str, html: str) -> None:
        self.page.set_content(html, wait_until="load")
        shot = self.page.locator("#all").screenshot()
        with Image.open(io.BytesIO(shot)) as image:
            image.convert("RGB").save(self.folder / f"discord_{name}.png", optimize=True)


@dataclass
class Cast:
    """Who acts: two who have pictures made, one who reports, one who decides."""

    ada: Person
    ben: Person
    cem: Person
    mia: Person


def photos(seed: int, garment_type: str) -> dict[str, Any]:
    pair = sample_pair(seed, garment_type=garment_type)
    return {"person": _photo(pair.person.image), "garment": _photo(pair.garment.image)}


def _photo(pixels: NDArray[np.uint8]) -> File:
    out = io.BytesIO()
    Image.fromarray(pixels).resize(SIZE, Image.Resampling.BICUBIC).save(out, "JPEG", quality=92)
    return File("photo.jpg", out.getvalue(), "image/jpeg")


def finished(server: DiscordServer, placeholder: Message) -> Message:
    """When the delivery is through with it."""
    server.wait(lambda: len(placeholder.labels) > 1, PATIENCE, "the picture")
    return placeholder


def in_the_making(server: DiscordServer, placeholder: Message) -> Message:
    """With a bar and a preview, as it was then."""

    def look() -> Message | None:
        percent = re.search(r"(\d+) %", placeholder.content)
        if percent is None or int(percent[1]) < FAR or not placeholder.attachments:
            return None
        return copy.copy(placeholder)

    return server.wait(look, PATIENCE, "a preview")


def answer(asked: Asked) -> Message:
    return asked.answer(within=60)


def of_members(shots: Studio, cast: Cast) -> Message:
    """A first picture, and what a member looks up."""
    ada, server = cast.ada, shots.server
    terms = ada.slash("/tryon", **photos(ADA, "upper_body")).followup(within=60)
    shots.take("consent", terms)
    placeholder = ada.press(terms, terms.labels[1]).followup(within=60)
    shots.take("progress", in_the_making(server, placeholder))
    result = finished(server, placeholder)
    shots.take("result", result)
    shots.take("compare", answer(ada.press(result, "Compare")))
    shots.take_form("settings_form", ada.press(result, "Settings ...").modal(within=60))
    garment = photos(CEM, "dresses")["garment"]
    answer(ada.slash("/wardrobe add", garment=garment, name="Summer dress", type="dresses"))
    saving = ada.press(result, "Save garment ...")
    answer(ada.submit_modal(saving, {"name": "Striped top"}))
    shots.take("wardrobe", answer(ada.slash("/wardrobe list")))
    shots.take("quota", answer(ada.slash("/quota")))
    return result


def in_turkish(shots: Studio, cast: Cast) -> None:
    asked = cast.cem.slash("/tryon", locale="tr", **photos(CEM, "dresses"), type="dresses")
    terms = asked.followup(within=60)
    placeholder = cast.cem.press(terms, terms.labels[1], locale="tr").followup(within=60)
    shots.take("turkish", finished(shots.server, placeholder), language="tr")


def of_moderators(shots: Studio, cast: Cast, reported: Message) -> None:
    """What is asked of them, what they decide, and what is written down of it."""
    server, mia, guild = shots.server, cast.mia, cast.ada.member.guild
    log = server.add_channel(guild, "bot-log")
    changed: dict[str, Any] = {"member-limit": 20, "cooldown": 30, "log-channel": log}
    answer(mia.slash("/mod settings", **changed))
    shots.take("mod_settings", answer(mia.slash("/mod settings")))
    form = cast.ben.press(reported, "Report ...")
    answer(cast.ben.submit_modal(form, {"why": "That is my photo, and I did not agree."}))
    shots.take("reports", answer(mia.slash("/mod reports list")))
    answer(mia.slash("/mod quota grant", user=cast.ada, pictures=5, reason="helped at the fair"))
    answer(mia.slash("/mod ban", user=cast.ben, days=7, reason="spam"))
    shots.take("audit", answer(mia.slash("/mod audit")))
    shots.take("log", *server.messages(log))


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as house, running_discord() as server:
        guild = server.add_guild()
        role = server.add_role(guild, "Moderators", discord.Permissions(manage_guild=True))
        ada, ben, cem = (server.add_member(guild, name) for name in ("ada", "ben", "cem"))
        cast = Cast(ada, ben, cem, server.add_member(guild, "mia", role))
        environment = {
            "DISCORD_TOKEN": server.token,
            "GIYDIR_DISCORD_API_URL": server.api_url,
            "GIYDIR_DISCORD_GATEWAY_URL": server.gateway_url,
        }

        def begun() -> bool:
            return bool(server.gateway.connected and server.commands())

        with everything(Path(house), server, environment, begun), running_browser() as chromium:
            shots = Studio(folder, chromium.new_page(viewport={"width": 600, "height": 900}), server)
            result = of_members(shots, cast)
            in_turkish(shots, cast)
            of_moderators(shots, cast, result)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images", help="docs/images if not said")
    main(parser.parse_args().out)
