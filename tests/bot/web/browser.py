"""A real browser: the one that GIYDIR_CHROMIUM names, the machine's own, or Playwright's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from bot.web.samples import ASSETS

_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_MACHINES_OWN = Path("/usr/bin/chromium")
PERSON, GARMENT = ASSETS / "person1.png", ASSETS / "garment1.png"
PATIENCE = 120_000  # milliseconds
PHONE = {"width": 390, "height": 844}
_BROKEN_OFF = (
    "AbortError: signal is aborted",
    "Connection errored out",
    "Failed to fetch",
    "BodyStreamBuffer",
)


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Skips the test where there is none."""
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
        named = os.environ.get("GIYDIR_CHROMIUM")
        found = next(
            (path for path in (Path(named) if named else None, _MACHINES_OWN, own) if _is_there(path)), None
        )
        if found is None:
            pytest.skip("no Chromium: set GIYDIR_CHROMIUM, or install one (apt install chromium)")
        browser = playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
        yield browser
        browser.close()


def _is_there(path: Path | None) -> bool:
    return path is not None and path.exists()


@dataclass
class Visit:
    """A visitor's open page, and what went wrong in it."""

    page: Page
    url: str
    wrong: list[str] = field(default_factory=list)

    def begin(self, query: str = "") -> None:
        """Opens the page and agrees to the terms."""
        self.page.goto(self.url + query)
        self.page.click("#g-agree")
        self.page.wait_for_selector("#g-go-tryon")

    def choose(self, kind: str = "tryon", source: Path = PERSON, reference: Path = GARMENT) -> None:
        """Uploads two photos."""
        for number, path in enumerate((source, reference)):
            self.page.set_input_files(f"#g-{kind}-{number} input[type=file]", path)
            self.page.wait_for_selector(f"#g-{kind}-{number} img")

    def go(self, kind: str = "tryon") -> None:
        self.page.click(f"#g-go-{kind}")

    def card(self, kind: str = "tryon", words: str = "") -> str:
        """What the card says, once it says `words`."""
        card = self.page.locator(f"#g-card-{kind} .g-card")
        card.filter(has_text=words).wait_for()
        return card.inner_text()

    @contextmanager
    def leaving(self) -> Iterator[None]:
        """Within, the page is left by the browser: Gradio then says of its own streams that they broke."""
        before = len(self.wrong)
        yield
        told = self.wrong[before:]
        self.wrong[before:] = [one for one in told if not any(words in one for words in _BROKEN_OFF)]

    def finished(self, kind: str = "tryon") -> str:
        self.page.wait_for_selector(f"#g-card-{kind} .g-done")
        self.page.wait_for_selector(f"#g-result-{kind} img")
        return self.card(kind)


@contextmanager
def visit(browser: Browser, url: str, **context: Any) -> Iterator[Visit]:
    """Somebody who was never here. At the end, nothing must have gone wrong, and nobody else been asked."""
    inside = browser.new_context(**{"locale": "en-GB", "viewport": {"width": 1280, "height": 900}, **context})
    inside.set_default_timeout(PATIENCE)
    made = Visit(inside.new_page(), url)
    page = made.page
    page.on("console", lambda said: made.wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: made.wrong.append(str(error)))
    page.on(
        "response", lambda one: made.wrong.append(f"{one.status} {one.url}") if one.status >= 400 else None
    )
    ours = (url, "data:", "blob:")
    page.on(
        "request", lambda one: None if one.url.startswith(ours) else made.wrong.append(f"asked {one.url}")
    )
    yield made
    inside.close()
    assert not made.wrong, made.wrong
