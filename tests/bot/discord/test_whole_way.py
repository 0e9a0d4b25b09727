"""From a phone's photo to the picture in the channel, with every process there is. See docs/discord.md."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import c2pa
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps
from sqlalchemy import select

from leffa.marking import COMPOSITE
from leffa.synthetic import Pair, sample_pair
from tasks.db.engine import open_engine, reading
from tasks.db.work import ledger
from tasks.desk import Desk
from tasks.records import JobState
from tasks.store.store import Store
from tests.bot.discord.whole import GPS, PHONE, everything, from_a_phone
from tests.standins.discord.server import running_discord
from tests.standins.files import File

SEED, PORTRAIT = 3, (3024, 4032)


@pytest.mark.slow
def test_a_phones_photo_becomes_a_picture_in_the_channel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = sample_pair(SEED, (192, 256), "upper_body")
    person = Image.fromarray(pair.person.image).resize(PORTRAIT, Image.Resampling.BICUBIC)
    photo, garment = from_a_phone(person), _file(pair.garment.image)
    assert b"GPS" in photo.data or PHONE.encode() in photo.data
    with running_discord() as discord:
        ada = discord.add_member(discord.add_guild(), "ada")
        with everything(tmp_path, discord) as stack:
            terms = ada.slash("/tryon", person=photo, garment=garment).followup(within=60)
            placeholder = ada.press(terms, "I agree").followup(within=60)
            seen: set[str] = set()

            def ended() -> bool:
                seen.add(placeholder.content.splitlines()[0])
                return placeholder.content.startswith("Made by AI")

            discord.wait(ended, 600, "the picture")
            monkeypatch.chdir(tmp_path)
            desk, store = Desk.open(stack.settings), Store.open(stack.settings)
            discord.wait(lambda: desk.job(1).delivered_at, 30, "the end")
            job = desk.job(1)
            discord.wait(lambda: [one.key for one in store.stored()] == [job.result_key], 30, "inputs gone")
            desk.close()
            engine = open_engine(stack.settings.database_url.get_secret_value())
            with reading(engine) as connection:
                kinds = [row.kind for row in connection.execute(select(ledger.c.kind).order_by(ledger.c.id))]
            engine.dispose()

    assert job.state is JobState.SUCCEEDED
    assert kinds == ["reserve", "settle"]
    assert "Making your picture." in seen
    (result,) = placeholder.attachments
    assert [one for one in ada.sees_in(ada.member.guild.general) if one.attachments] == [placeholder]
    _check_marks(result.data)
    _check_picture(result.data, person, pair)


def _file(picture: NDArray[np.uint8]) -> File:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "JPEG", quality=92)
    return File("shirt.jpg", out.getvalue(), "image/jpeg")


def _check_marks(data: bytes) -> None:
    """It says by whom it was made, and nothing of where."""
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
        assert exif.get(0x0112, 1) == 1, "upright by its pixels"


def _check_picture(data: bytes, person: Image.Image, pair: Pair) -> None:
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
