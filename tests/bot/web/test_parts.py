"""The page's parts: who a visitor is, who may come in, languages, settings, and photos of closed pages."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.requests import Request

from bot.core.errors import SeedInvalid
from bot.web.forms import Forms
from bot.web.gate import cookie_header
from bot.web.process import check_reach
from bot.web.samples import PEOPLE
from bot.web.shelf import Shelf
from bot.web.speech import Speech, accepted
from bot.web.tryon.choices import Choices, from_json, from_query, usual
from bot.web.tryon.painted import mask_of
from bot.web.visitors import Visitor, Visitors
from config.settings import Settings
from tasks.errors import OptionInvalid, PictureMissing, PictureTooLarge, PictureUnreadable, SettingMissing
from tasks.records import Control
from tasks.store.store import Store
from tests.bot.kit import CATALOGUES, photo
from tests.tasks.kit import Office

USERS = "ada:correct-horse ben:battery-staple"


def settings(**values: Any) -> Settings:
    return Settings.model_validate({"secret_key": "k" * 40, **values})


def request(path: str = "/", **headers: str) -> Request:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": pairs})


def test_a_cookie_is_read_by_whoever_wrote_it_and_nobody_else() -> None:
    ours = Visitors(settings())
    visitor = ours.new()
    cookie = ours.cookie(visitor)
    assert ours.read(cookie) == visitor
    assert Visitors(settings(secret_key="x" * 40)).read(cookie) is None
    name, _, signature = cookie.partition(".")
    for forged in (
        None,
        "",
        name,
        f"{name}.",
        f"x{name}.{signature}",
        f"{name}.{signature}x",
        "ü.ü",
        "x" * 900,
    ):
        assert ours.read(forged) is None
    assert ours.new() != visitor


def test_users_come_in_by_name_and_password_and_leave_when_it_changes() -> None:
    house = Visitors(settings(web_users=USERS))
    ada = house.admit("ada", "correct-horse", None)
    assert ada == Visitor("user-ada")
    assert house.admit("ada", "battery-staple", None) is None
    assert house.admit("eve", "correct-horse", None) is None
    cookie = house.cookie(ada)
    assert house.read(cookie) == ada
    assert Visitors(settings(web_users="ada:another-one")).read(cookie) is None
    assert Visitors(settings(web_users="ben:battery-staple")).read(cookie) is None


def test_with_one_password_for_all_everybody_is_somebody_else() -> None:
    house = Visitors(settings(web_password="open-sesame"))
    one, other = (house.admit("", "open-sesame", None) for _ in range(2))
    assert one is not None
    assert one != other
    assert house.admit("", "open-sesame", one) == one
    assert house.admit("", "sesame", one) is None


def test_users_that_cannot_be_read_are_told_without_their_passwords() -> None:
    with pytest.raises(OptionInvalid, match="entry 2") as wrong:
        Visitors(settings(web_users="ada:correct-horse ben:short"))
    assert "short" not in str(wrong.value)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])
def test_other_machines_come_in_only_where_somebody_said_how(host: str) -> None:
    with pytest.raises(SettingMissing, match="GIYDIR_WEB_PASSWORD"):
        check_reach(settings(web_host=host))
    for how in ({"web_password": "open-sesame"}, {"web_users": USERS}, {"web_url": "https://example.org"}):
        check_reach(settings(web_host=host, **how))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_this_machine_needs_no_password(host: str) -> None:
    check_reach(settings(web_host=host))


def test_cookies_are_for_the_page_alone() -> None:
    said = cookie_header("abc", secure=True).lower()
    assert {"httponly", "samesite=lax", "secure", "path=/"} <= {part.strip() for part in said.split(";")}
    assert "secure" not in cookie_header("abc", secure=False).lower()


def test_the_language_is_the_addresss_the_choice_or_the_browsers() -> None:
    speech = Speech(CATALOGUES)
    assert speech.language_of(request(accept_language="fr, tr;q=0.8, en;q=0.5")) == "tr"
    assert speech.language_of(request("/en/", accept_language="tr")) == "en"
    assert speech.language_of(request(accept_language="en", cookie="giydir_language=tr")) == "tr"
    assert speech.language_of(request(accept_language="fr")) == "en"
    assert accepted(request(accept_language="de;q=0, x" + ", a" * 50 + ";;;")) == ["x"] + ["a"] * 18


def test_times_are_said_from_now_on() -> None:
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    speech = Speech(CATALOGUES, lambda: now)
    assert speech.tongue("en").time(now + timedelta(minutes=5)) == "in 5 minutes"
    assert speech.tongue("tr").time(now + timedelta(minutes=5)) == "5 dakika sonra"


def test_settings_survive_a_link_and_json() -> None:
    chosen = Choices(
        garment_type="dresses", steps=7, guidance_scale=3.5, seed=9, repaint=True, ref_acceleration=True
    )
    base = usual(Control.TRYON, "weights")
    pairs = dict(pair.split("=") for pair in chosen.link()[1:].split("&"))
    assert from_query(pairs, base) == chosen
    assert from_json(chosen.to_json(), base) == chosen
    pose = Choices(Control.POSE, None, steps=5)
    assert "garment_type" not in json.loads(pose.to_json())
    assert from_json(pose.to_json(), usual(Control.POSE, "weights")) == pose


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"steps": 0}', '{"steps": 1.5}', '{"steps": "many"}',
     '{"steps": true}', '{"steps": 1e999}',
     '{"guidance_scale": NaN}', '{"guidance_scale": 9}', '{"garment_type": "hat"}', '{"repaint": "maybe"}',
     "[" * 5000, " " * 3000],
)  # fmt: skip
def test_settings_that_do_not_fit_are_refused(text: str) -> None:
    with pytest.raises(OptionInvalid):
        from_json(text, Choices())


def test_a_seed_that_does_not_fit_is_told_as_such() -> None:
    with pytest.raises(SeedInvalid):
        from_json('{"seed": -1}', Choices())


@pytest.fixture
def shelf(office: Office, store: Store, tmp_path: Path) -> Shelf:
    return Shelf(office.desk, store, str(tmp_path / "gradio"), max_mb=1)


def test_a_path_is_a_picture_of_whoever_asks_and_nobody_elses(shelf: Shelf) -> None:
    ada, ben = Visitor("ada").person, Visitor("ben").person
    path = shelf.put(ada, photo())
    assert shelf.read(ada, path) == photo()
    shelf.put(ben, photo("gold"))
    for wrong in (path.replace("/gradio/", "/gradio/../gradio/"), "/etc/passwd", "", path + "x", path[1:]):
        with pytest.raises(PictureMissing):
            shelf.read(ada, wrong)
    for stranger in (ben, Visitor("eve").person):
        with pytest.raises(PictureMissing):
            shelf.read(stranger, path)


def test_photos_of_a_closed_page_go_unless_another_page_shows_them(shelf: Shelf) -> None:
    ada = Visitor("ada").person
    first, second = shelf.put(ada, photo()), shelf.put(ada, PEOPLE[0].path.read_bytes())
    forms = Forms(shelf)
    forms.note("page 1", ada, first)
    forms.note("page 1", ada, second)
    forms.note("page 2", ada, second)
    asyncio.run(forms.closed("page 1"))
    asyncio.run(forms.closed("never there"))
    with pytest.raises(PictureMissing):
        shelf.read(ada, first)
    assert shelf.read(ada, second)
    asyncio.run(forms.closed("page 2"))
    with pytest.raises(PictureMissing):
        shelf.read(ada, second)


def test_what_was_painted_becomes_a_black_and_white_mask() -> None:
    canvas = Image.new("RGBA", (90, 120), (166, 60, 91, 0))
    canvas.paste((166, 60, 91, 255), (10, 10, 20, 20))
    canvas.putpixel((25, 5), (166, 60, 91, 90))  # The soft edge of a brush.
    with Image.open(io.BytesIO(mask_of(address_of(canvas)))) as mask:
        assert (mask.mode, mask.size) == ("L", (90, 120))
        assert [mask.getpixel(point) for point in ((15, 15), (25, 5), (0, 0))] == [255, 0, 0]


def test_drawings_that_no_brush_made_are_refused() -> None:
    for wrong in (
        "",
        "data:image/png;base64,",
        "data:image/png;base64,AAAA",
        "https://example.org/x.png",
        "ü",
    ):
        with pytest.raises(PictureUnreadable):
            mask_of(wrong)
    for large in ("A" * 1_000_000, address_of(Image.new("RGBA", (2000, 2000)))):
        with pytest.raises(PictureTooLarge):
            mask_of(large)


def address_of(picture: Image.Image) -> str:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
