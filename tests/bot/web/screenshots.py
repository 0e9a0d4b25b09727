"""Pictures of the page for the documents, made with the mini model: `python -m tests.bot.web.screenshots`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from tasks.records import Person, WorkerReport
from tests.bot.web.browser import PHONE, Visit, running_browser, visit
from tests.bot.web.kit import Site, site
from tests.tasks.redis import running_redis

IMAGES = Path("docs/images")
PASSWORD = "correct horse battery"


def take(made: Visit, name: str, *, whole: bool = True) -> None:
    """One picture, once everything on it is there; what stays in sight is at the top then."""
    made.page.evaluate("scrollTo(0, 0)")
    made.page.wait_for_timeout(1500)
    made.page.screenshot(path=IMAGES / f"web_{name}.png", full_page=whole)


def in_english(page: Site, browser: Browser) -> None:
    """Terms, progress, the result with its making, and the mask."""
    with visit(browser, page.url) as ada:
        ada.page.goto(page.url)
        ada.page.wait_for_selector("#g-agree")
        take(ada, "terms", whole=False)
        ada.page.click("#g-agree")
        ada.choose()
        ada.page.get_by_text("Advanced settings").first.click()
        ada.page.get_by_label("Show how it is made").first.check()
        with page.real_worker(slowly=0.5):
            ada.go()
            ada.page.wait_for_selector("#g-card-tryon img.g-preview")
            take(ada, "progress")
            ada.finished()
        ada.page.wait_for_selector("#g-insight-tryon img")
        take(ada, "result")
        ada.page.get_by_text("Advanced settings").first.click()
        ada.page.locator("#g-mask-box").get_by_role("button").first.click()
        with page.real_worker():
            ada.page.click("#g-find")
            ada.page.get_by_text("This is what would be repainted").wait_for()
        ada.page.wait_for_timeout(1500)
        ada.page.locator("#g-mask-box").screenshot(path=IMAGES / "web_mask.png")
        ada.page.get_by_role("tab", name="My pictures").click()
        take(ada, "mine", whole=False)


def in_turkish(page: Site, browser: Browser) -> None:
    """Dark, and on a phone."""
    with visit(browser, page.url, locale="tr-TR", color_scheme="dark") as ada:
        ada.begin()
        ada.choose()
        with page.real_worker():
            ada.go()
            ada.finished()
        take(ada, "dark")
    phone = {"viewport": PHONE, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
    with visit(browser, page.url, locale="tr-TR", **phone) as ben:
        ben.begin()
        ben.choose()
        with page.real_worker():
            ben.go()
            ben.finished()
        take(ben, "phone")


def of_the_operator(page: Site, browser: Browser) -> None:
    """What was made above, as the operator sees it; with a report."""
    job = page.desk.jobs(limit=1)[0]
    page.desk.report_worker(
        WorkerReport("worker-1", False, ("viton_hd", "deep_fashion"), 5, 96_000_000, None)
    )
    page.desk.report(Person("discord", "281"), job.id, "This is not a picture of themselves")
    with visit(browser, page.url) as operator:
        operator.page.goto(page.url + "/operator")
        operator.page.fill("#password", PASSWORD)
        operator.page.keyboard.press("Enter")
        operator.page.wait_for_selector("#community")
        operator.page.goto(page.url + "/operator?at=web:page")
        operator.page.wait_for_selector("#community .fields")
        take(operator, "operator")


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory(prefix="giydir-") as folder,
        running_redis() as redis,
        site(Path(folder), redis, operator_password=PASSWORD) as served,
        running_browser() as chromium,
    ):
        in_english(served, chromium)
        in_turkish(served, chromium)
        of_the_operator(served, chromium)
