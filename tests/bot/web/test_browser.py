"""What visitors do, in a real browser. One way through runs always, the rest by `make slow`."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import c2pa
import numpy as np
import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Browser, expect

from bot.core.catalogues import Catalogues
from tasks.records import Control, JobState, Person
from tests.bot.web.browser import GARMENT, PERSON, PHONE, Visit, running_browser, visit
from tests.bot.web.kit import Site, site
from tests.tasks.redis import running_redis

_USED_UP = "You have used up your pictures. There are new ones {when}; a moderator can give you more."


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as found:
        yield found


def newest(page: Site) -> dict[str, object]:
    job = page.desk.jobs(limit=1)[0]
    return {**job.request.options, "steps": job.request.steps, "type": job.request.garment_type}


def test_two_photos_are_uploaded_the_picture_comes_and_is_downloaded(
    page: Site, browser: Browser, tmp_path: Path
) -> None:
    with visit(browser, page.url) as ada:
        ada.begin()
        ada.choose()
        with page.working(pause=0.8):
            ada.go()
            assert "step" in ada.card(words="Making your picture")
            ada.page.wait_for_selector("#g-card-tryon img.g-preview")
        assert "Made by AI from your photos" in ada.finished()
        with ada.page.expect_download() as download:
            ada.page.locator("#g-result-tryon").get_by_label("Download").click()
        download.value.save_as(tmp_path / "mine.png")
        assert (tmp_path / "mine.png").read_bytes() == page.picture
    assert not list(page.folder.glob("gradio/**/*.*")), "nothing lies about unencrypted"


@pytest.mark.slow
def test_a_turkish_visitor_cancels_on_a_phone(page: Site, browser: Browser) -> None:
    hold = threading.Event()
    with visit(browser, page.url, locale="tr-TR", viewport=PHONE, has_touch=True, is_mobile=True) as ada:
        ada.begin()
        assert ada.page.locator("html").get_attribute("lang") is not None
        ada.choose()
        with page.working(hold=hold):
            ada.page.tap("#g-go-tryon")
            ada.card(words="Resmin yapılıyor")
            ada.page.tap("#g-stop-tryon")
        assert "İptal edildi" in ada.card(words="İptal")
        wide = ada.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE["width"], "nothing is cut off"
    assert page.desk.jobs(limit=1)[0].state is JobState.CANCELLED


@pytest.mark.slow
def test_everything_works_by_the_keyboard_alone(page: Site, browser: Browser) -> None:
    with visit(browser, page.url) as ada:
        ada.page.goto(page.url)
        # The terms are there before they are shown, and nothing hidden takes the focus.
        ada.page.wait_for_selector("#g-agree")
        ada.page.locator("#g-agree").focus()
        expect(ada.page.locator("#g-agree")).to_be_focused()
        ada.page.keyboard.press("Enter")
        ada.page.wait_for_selector("#g-go-tryon")
        for number in (0, 1):
            # Examples are buttons: by Tab, and taken by Enter. The third garment is a dress.
            sample = ada.page.locator(".g-samples button").nth(5 * number)
            sample.focus()
            ada.page.keyboard.press("Enter")
            ada.page.wait_for_selector(f"#g-tryon-{number} img")
        with page.working():
            for _ in range(80):
                ada.page.keyboard.press("Tab")
                if ada.page.evaluate("document.activeElement.id") == "g-go-tryon":
                    break
            ada.page.keyboard.press("Enter")
            ada.finished()
        assert newest(page)["type"] == "dresses", "as the example is"


@pytest.mark.slow
def test_a_link_brings_the_settings_and_json_does_too(page: Site, browser: Browser) -> None:
    with visit(browser, page.url) as ada:
        ada.begin("/?garment_type=dresses&steps=9&seed=77&guidance_scale=3.5&repaint=false")
        ada.choose()
        with page.working():
            ada.go()
            ada.finished()
        said = {"type": "dresses", "steps": 9, "seed": 77, "guidance_scale": 3.5, "repaint": False}
        assert said.items() <= newest(page).items()
        ada.page.get_by_text("Settings as a link or JSON").click()
        link = ada.page.locator("a.g-link").first.get_attribute("href")
        assert link is not None
        assert "seed=77" in link
        editor = ada.page.locator(".cm-content").first
        assert json.loads(editor.inner_text())["steps"] == 9
        editor.click()
        ada.page.keyboard.press("Control+a")
        ada.page.keyboard.insert_text(json.dumps({"steps": 4, "garment_type": "upper_body"}))
        ada.page.get_by_role("button", name="Use these settings").first.click()
        expect(ada.page.get_by_label("Top").first).to_be_checked()
        with page.working():
            ada.go()
            ada.card(words="Making")
            ada.finished()
        assert {"type": "upper_body", "steps": 4, "seed": 77}.items() <= newest(page).items()


@pytest.mark.slow
def test_a_mask_is_found_painted_and_used_and_the_making_shown(page: Site, browser: Browser) -> None:
    with visit(browser, page.url) as ada:
        ada.begin()
        ada.choose()
        ada.page.locator("#g-mask-box").get_by_role("button").first.click()
        with page.working(steps=1):
            ada.page.click("#g-find")
            ada.page.get_by_text("This is what would be repainted").wait_for()
        canvas = ada.page.locator("#g-mask canvas")
        canvas.scroll_into_view_if_needed()
        where = canvas.bounding_box()
        assert where is not None
        down = where["y"] + 0.85 * where["height"]
        ada.page.mouse.move(where["x"] + 0.4 * where["width"], down)
        ada.page.mouse.down()
        ada.page.mouse.move(where["x"] + 0.6 * where["width"], down, steps=6)
        ada.page.mouse.up()
        # Rubbed out by the keyboard, in the middle, where the brush is at first.
        ada.page.get_by_role("button", name="Rub out").click()
        canvas.focus()
        ada.page.keyboard.press("ArrowUp")
        ada.page.keyboard.press("Space")
        ada.page.get_by_text("Advanced settings").first.click()
        ada.page.get_by_label("Show how it is made").first.check()
        with page.working():
            ada.go()
            ada.finished()
        ada.page.wait_for_selector("#g-insight-tryon img")
    job = page.desk.jobs(limit=1)[0]
    key = job.request.mask_key
    assert key is not None
    with Image.open(io.BytesIO(page.store.get(int(key.split("/")[0]), key))) as mask:
        assert mask.size == (480, 640)
        found, drawn, rubbed, outside = ((160, 220), (240, 544), (240, 307), (20, 20))
        assert [mask.getpixel(point) for point in (found, drawn, rubbed, outside)] == [255, 255, 0, 0]


@pytest.mark.slow
def test_my_pictures_are_shown_deleted_and_everything_forgotten(page: Site, browser: Browser) -> None:
    with visit(browser, page.url) as ada:
        ada.begin()
        ada.choose()
        with page.working():
            ada.go()
            ada.finished()
        job = page.desk.jobs(limit=1)[0]
        ada.page.get_by_role("tab", name="My pictures").click()
        ada.page.locator("#g-gallery img").first.click()
        ada.page.click("#g-delete")
        ada.page.get_by_text("What you have made will be here").wait_for()
        assert page.desk.job(job.id).result_key is None
        ada.page.get_by_text("Consent, and everything about you").click()
        ada.page.get_by_label("Yes, I am sure").check()
        ada.page.click("#g-forget")
        ada.page.wait_for_selector("#g-agree")
        assert page.desk.history(job.asker.person) == []


@pytest.mark.slow
def test_a_page_that_is_opened_again_shows_what_is_in_the_making(page: Site, browser: Browser) -> None:
    hold = threading.Event()
    with visit(browser, page.url) as ada:
        ada.begin()
        ada.choose()
        with page.working(hold=hold):
            ada.go()
            ada.card(words="Making")
            with ada.leaving():
                ada.page.reload()
                ada.card(words="Making")
            hold.set()
        ada.finished()


@pytest.mark.slow
def test_nothing_is_asked_for_without_photos_or_when_the_quota_is_used_up(
    browser: Browser, tmp_path: Path
) -> None:
    with (
        running_redis() as redis,
        site(tmp_path, redis, member_limit=1) as small,
        visit(browser, small.url, locale="tr-TR", color_scheme="dark") as ada,
    ):
        ada.begin()
        ada.go()
        assert "Bir fotoğraf eksik" in ada.card(words="eksik")
        ada.choose()
        with small.working():
            ada.go()
            ada.finished()
        ada.go()
        told = Catalogues.load().translate("tr", _USED_UP)
        assert told is not None
        before, after = told.split("{when}")
        # And when there will be more: in so many hours ("sonra").
        assert f"sonra{after}" in ada.card(words=before.strip())


@pytest.mark.slow
def test_visitors_with_a_name_sign_in_and_out(browser: Browser, tmp_path: Path) -> None:
    users = "ada:correct-horse ben:battery-staple"
    with running_redis() as redis, site(tmp_path, redis, web_users=users) as shut:
        with visit(browser, shut.url) as ada:
            ada.page.goto(shut.url + "/en/")
            ada.page.fill("#username", "ada")
            ada.page.fill("#password", "wrong-password")
            ada.page.keyboard.press("Enter")
            ada.page.get_by_role("alert").get_by_text("not right").wait_for()
            ada.wrong.clear()  # 401, as it must be
            ada.page.fill("#username", "ada")
            ada.page.fill("#password", "correct-horse")
            ada.page.keyboard.press("Enter")
            ada.page.click("#g-agree")
            ada.page.wait_for_selector("#g-go-tryon")
            with ada.leaving():
                ada.page.get_by_role("button", name="Sign out").click()
                ada.page.wait_for_selector("#password")
        assert shut.desk.person(Person("web", "user-ada")).consents == ("1",)


@pytest.mark.slow
def test_the_operator_signs_in_decides_a_report_and_changes_settings_on_a_phone(
    browser: Browser, tmp_path: Path
) -> None:
    password = "correct horse battery"
    with running_redis() as redis, site(tmp_path, redis, operator_password=password) as served:
        with visit(browser, served.url) as ada:
            ada.begin()
            ada.choose()
            with served.working():
                ada.go()
                ada.finished()
        job = served.desk.jobs(limit=1)[0]
        served.desk.report(Person("discord", "7"), job.id, "not allowed")
        with visit(browser, served.url, viewport=PHONE, has_touch=True, is_mobile=True) as operator:
            page = operator.page
            page.goto(served.url + "/operator")
            page.get_by_label("The operator's password").fill(password)
            page.get_by_role("button", name="Sign in").click()
            page.get_by_text("not allowed").wait_for()
            # A second press, so that no picture is lost by a slip.
            page.locator("section", has_text="Reported pictures").locator("summary").tap()
            page.get_by_role("button", name="Remove for good").first.tap()
            page.get_by_role("status").get_by_text("Done").wait_for()
            page.get_by_role("link", name="web:page").first.tap()
            page.get_by_label("Pictures for each member").fill("3")
            page.get_by_label("Language").select_option("tr")
            page.get_by_role("button", name="Save").first.tap()
            expect(page.get_by_label("Pictures for each member")).to_have_value("3")
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= PHONE["width"], "nothing is cut off"
        assert served.desk.job(job.id).result_key is None
        community = served.desk.community(job.asker.place)
        assert community is not None
        assert (community.member_limit, community.settings["language"]) == (3, "tr")


@pytest.mark.slow
def test_the_mini_model_dresses_a_drawn_person_end_to_end(
    page: Site, browser: Browser, tmp_path: Path
) -> None:
    with visit(browser, page.url) as ada:
        ada.begin()
        ada.choose(source=PERSON, reference=GARMENT)
        ada.page.get_by_text("Advanced settings").first.click()
        ada.page.get_by_label("Show how it is made").first.check()
        with page.real_worker():
            ada.go()
            ada.finished()
        ada.page.wait_for_selector("#g-insight-tryon img")
        with ada.page.expect_download() as download:
            ada.page.locator("#g-result-tryon").get_by_label("Download").click()
        download.value.save_as(tmp_path / "mine.png")
    job = page.desk.jobs(limit=1)[0]
    assert job.pictures.keys() == {"mask", "densepose", "keypoints", "flow"}
    made = (tmp_path / "mine.png").read_bytes()
    with c2pa.Reader(None, io.BytesIO(made)) as reader:
        manifest = reader.get_active_manifest()
    assert manifest is not None
    assert "compositeWithTrainedAlgorithmicMedia" in json.dumps(manifest)
    with Image.open(io.BytesIO(made)) as picture, Image.open(PERSON) as person:
        assert picture.size == person.size


@pytest.mark.slow
def test_a_person_among_the_examples_takes_a_pose_and_a_link_does_it_again(
    page: Site, browser: Browser
) -> None:
    def choose(who: Visit) -> None:
        for tray, number in ((0, 1), (1, 0)):  # the person first, who is the model's reference
            who.page.locator(".g-samples:visible").nth(tray).locator("button").first.click()
            who.page.wait_for_selector(f"#g-pose-{number} img")

    with visit(browser, page.url, viewport=PHONE, has_touch=True, is_mobile=True) as ada:
        ada.page.goto(page.url + "/?control=pose&steps=2&seed=42&insight=true")
        ada.page.click("#g-agree")
        ada.page.wait_for_selector("#g-go-pose")
        choose(ada)
        with page.real_worker():
            ada.go("pose")
            ada.finished("pose")
        ada.page.wait_for_selector("#g-insight-pose img")
        assert ada.page.locator("#g-insight-pose").get_by_text("Mask").count() == 0, "all is repainted"
        before, after = page.desk.jobs(limit=1)[0], ada.page.locator("#g-result-pose img")
        assert after.first.get_attribute("src") != after.last.get_attribute("src")
        ada.page.get_by_text("Settings as a link or JSON").locator("visible=true").click()
        with ada.leaving():
            ada.page.locator("a.g-link:visible").click()
            ada.page.wait_for_url("**seed=42**insight=true")
            ada.page.wait_for_selector("#g-go-pose:visible")
        choose(ada)
        with page.real_worker():
            ada.go("pose")
            ada.card("pose", "Making")
            ada.finished("pose")
        again = page.desk.jobs(limit=1)[0]
        wide = ada.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE["width"], "nothing is cut off"
    assert again.id != before.id
    assert again.request.options == before.request.options
    assert (again.request.steps, again.request.control) == (2, Control.POSE)
    assert again.request.source_key == before.request.source_key
    pictures = []
    for job in (before, again):
        assert job.result_key is not None
        account = page.desk.account(job.asker.person)
        pictures.append(Image.open(io.BytesIO(page.store.get(account, job.result_key))).convert("RGB"))
    apart = np.asarray(ImageChops.difference(*pictures))
    assert apart.max() <= 2, "the same, but for the last bit of a sum"
