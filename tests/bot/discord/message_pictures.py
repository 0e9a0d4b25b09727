"""Makes the pictures of messages in docs/members.md and docs/moderators.md anew.

    python -m tests.bot.discord.message_pictures [FOLDER]

Drawn people ask the shipped bot on the stand-in's Discord, a worker with the mini model makes the pictures, and
Chromium takes them of what the members see.
"""

from __future__ import annotations

import copy
import io
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import discord
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from leffa.synthetic import Pair, sample_pair
from tests.bot.discord.whole import ROOT, everything
from tests.standins.discord.conversation import Asked
from tests.standins.discord.people import Person
from tests.standins.discord.rendering import page
from tests.standins.discord.server import DiscordServer, running_discord
from tests.standins.discord.state import Message
from tests.standins.files import File, picture

FOLDER = ROOT / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)
PATIENCE = 900.0
COLOURS = 255
SIZE = (768, 1024)
# Seeds of drawn people and garments.
ADA, CEM = 3, 11


class Studio:
    """Takes pictures of messages as they are at that moment."""

    def __init__(self, folder: Path, browser: Page, server: DiscordServer) -> None:
        self._folder = folder
        self._browser = browser
        self._server = server

    def take(self, name: str, *messages: Message, language: str = "en") -> None:
        world = self._server.world
        names = {user.id: user.name for user in world.users.values()}
        names |= {channel.id: channel.name for channel in world.channels.values()}
        names |= {role.id: role.name for guild in world.guilds.values() for role in guild.roles}
        self._browser.set_content(page(messages, time.time(), names, language), wait_until="load")
        shot = self._browser.locator("#all").screenshot()
        with Image.open(io.BytesIO(shot)) as image:
            # Few colours, so that the files stay small.
            small = image.convert("RGB").quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE)
            small.save(self._folder / f"discord_{name}.png", optimize=True)


@contextmanager
def studio(folder: Path, server: DiscordServer) -> Iterator[Studio]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS.split())
        yield Studio(folder, browser.new_page(viewport={"width": 600, "height": 900}), server)
        browser.close()


def photos(pair: Pair) -> dict[str, File]:
    return {"person": _photo(pair.person.image), "garment": _photo(pair.garment.image)}


def _photo(pixels: object) -> File:
    out = io.BytesIO()
    image = Image.fromarray(pixels)  # type: ignore[arg-type]
    image.resize(SIZE, Image.Resampling.BICUBIC).save(out, "JPEG", quality=92)
    return File("photo.jpg", out.getvalue(), "image/jpeg")


def finished(server: DiscordServer, placeholder: Message) -> Message:
    """When the delivery is through with it."""
    server.wait(lambda: placeholder.labels != ["Cancel"] and placeholder.attachments, PATIENCE, "the picture")
    return placeholder


def in_the_making(server: DiscordServer, placeholder: Message) -> Message:
    """With a bar and a preview, as it was then."""

    def look() -> Message | None:
        if "%" not in placeholder.content or " 0 %" in placeholder.content or not placeholder.attachments:
            return None
        return copy.copy(placeholder)

    return server.wait(look, PATIENCE, "a preview")


def tell(server: DiscordServer, shots: Studio, ada: Person, ben: Person, cem: Person, mod: Person) -> None:
    """What happens, and what is taken of it."""
    terms = ada.slash("/tryon", **photos(sample_pair(ADA, garment_type="upper_body"))).followup(within=60)
    shots.take("consent", terms)
    placeholder = ada.press(terms, terms.labels[1]).followup(within=60)
    waiting = in_the_making(server, placeholder)
    shots.take("waiting", waiting)
    result = finished(server, placeholder)
    shots.take("result", result)
    shots.take("compare", _answer(ada.press(result, "Compare")))
    shots.take("quota", _answer(ada.slash("/quota")))
    nobody = {**photos(sample_pair(ADA, garment_type="upper_body")), "person": _plain()}
    refused = ada.slash("/tryon", **nobody).answer(within=60)
    server.wait(lambda: "cost you nothing" in refused.content, PATIENCE, "the refusal")
    shots.take("refused", refused)

    terms = cem.slash("/tryon", locale="tr", **photos(sample_pair(CEM, garment_type="dresses")), type="dresses")
    agreed = cem.press(terms.followup(within=60), "Kabul ediyorum", locale="tr")
    shots.take("turkish", finished(server, agreed.followup(within=60)), language="tr")

    form = ben.press(result, "Report ...")
    _answer(ben.submit_modal(form, {"why": "That is my photo, and I did not agree."}))
    shots.take("reports", _answer(mod.slash("/mod reports list")))
    general = ada.member.guild.general
    _answer(mod.slash("/mod settings", **{"member-limit": 20, "cooldown": 30, "log-channel": general}))
    shots.take("settings", _answer(mod.slash("/mod settings")))


def _answer(asked: Asked) -> Message:
    return asked.answer(within=60)


def _plain() -> File:
    return picture(*SIZE, colour="lightsteelblue", name="wall.jpg", format="JPEG")


def main(folder: Path = FOLDER) -> None:
    with tempfile.TemporaryDirectory() as house, running_discord() as server:
        guild = server.add_guild()
        role = server.add_role(guild, "Moderators", discord.Permissions(manage_guild=True))
        ada, ben, cem = (server.add_member(guild, name) for name in ("ada", "ben", "cem"))
        mod = server.add_member(guild, "mia", role)
        with (
            everything(Path(house), server),
            studio(folder, server) as shots,
        ):
            tell(server, shots, ada, ben, cem, mod)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
