"""A visitor whose picture moderators removed, in a real browser: told at the next visit, and heard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tasks.records import Place
from tests.bot.web.browser import PHONE, Visit, running_browser, visit
from tests.bot.web.kit import Site

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as found:
        yield found


def picture_made(page: Site, who: Visit) -> int:
    who.begin()
    who.choose()
    with page.working():
        who.go()
        who.finished()
    return page.desk.jobs(limit=1)[0].id


def comes_back(who: Visit) -> str:
    """What stands at the top of the page then."""
    with who.leaving():
        who.page.reload()
        who.page.wait_for_selector("#g-told .g-card")
    return who.page.locator("#g-told").inner_text()


def test_a_visitor_is_told_of_a_removed_picture_objects_and_hears_the_answer(
    page: Site, browser: Browser
) -> None:
    with visit(browser, page.url, viewport=PHONE, has_touch=True, is_mobile=True) as ada:
        job = picture_made(page, ada)
        page.desk.remove_job(None, job)
        assert f"Moderators have removed your picture number {job}." in comes_back(ada)
        assert "You can do that under" in comes_back(ada), "until it is read"
        ada.page.get_by_role("tab", name="My pictures").click()
        ada.page.get_by_text(f"Picture number {job}: you can object once.").wait_for()
        ada.page.locator("#g-object-words textarea").fill("that is me")
        ada.page.click("#g-object")
        ada.page.get_by_text("The moderators will read it").wait_for()
        ada.page.get_by_text("the moderators have not decided yet").wait_for()
        ada.page.locator("#g-object").wait_for(state="hidden")
        (appeal,) = page.desk.open_appeals(Place("web", "page"))
        assert (appeal.job.id, appeal.text) == (job, "that is me")
        ada.page.click("#g-told-read")
        ada.page.locator("#g-told").wait_for(state="hidden")
        page.desk.decide_appeal(None, appeal.id, granted=True)
        assert "you get one picture back" in comes_back(ada)
        wide = ada.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE["width"], "nothing is cut off"


def test_who_is_banned_reads_it_on_the_page_as_long_as_it_holds(page: Site, browser: Browser) -> None:
    with visit(browser, page.url, locale="tr-TR") as ada:
        job = picture_made(page, ada)
        owner = page.desk.job(job).asker
        page.desk.ban(None, owner.person, owner.place)
        assert "moderatörler bu botu kullanmanı yasakladı" in comes_back(ada)
        assert not ada.page.locator("#g-told-read").is_visible(), "it is no news that goes"
        page.desk.unban(None, owner.person, owner.place)
        with ada.leaving():
            ada.page.reload()
            ada.page.wait_for_selector("#g-go-tryon")
        ada.page.locator("#g-told").wait_for(state="hidden")
