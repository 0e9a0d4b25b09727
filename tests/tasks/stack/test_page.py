"""Which port the web page gets, and what `giydir up` says in the end."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path
from threading import Thread

import pytest
from filelock import FileLock

from config.settings import Settings
from tasks.stack.page import Page, find_page, open_page
from tasks.stack.summary import summary
from tasks.stack.supervisor import NotReady
from tasks.stack.up import run_up


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


def said(page: Page | None, **settings: object) -> str:
    fronts = [] if page is None else ["web"]
    return "\n".join(summary(Settings.model_validate(settings), 1, fronts, page))


def test_a_taken_port_gives_way_to_the_next_free_one_and_that_is_said(taken: int) -> None:
    page = find_page(Settings(web_port=taken))
    assert page is not None
    assert page.port > taken
    assert f"http://127.0.0.1:{page.port}/ (port {taken} is taken)" in said(page)


def test_a_reverse_proxy_knows_one_port_so_no_other_is_taken(taken: int) -> None:
    with pytest.raises(NotReady, match=f"port {taken} is taken"):
        find_page(Settings(web_port=taken, web_url="https://example.org/giydir"))


def test_the_page_may_be_off() -> None:
    assert find_page(Settings(web_port=0)) is None
    assert "Web page      off" in said(None)


def test_a_page_that_listens_everywhere_is_looked_at_here() -> None:
    assert Page("0.0.0.0", 7860, 7860).here == "http://127.0.0.1:7860/"
    assert Page("::1", 7860, 7860).here == "http://[::1]:7860/"
    assert Page("127.0.0.1", 7860, 7860, "https://example.org/giydir").url == "https://example.org/giydir"


def test_a_page_answers_once_it_serves_even_if_it_refuses(taken: int) -> None:
    assert not Page("127.0.0.1", taken, taken).answers(), "who only listens does not answer"
    with HTTPServer(("127.0.0.1", 0), _Refusing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        assert Page("127.0.0.1", server.server_port, 0).answers()
        server.shutdown()


def test_no_browser_opens_where_nobody_sits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webbrowser.open", lambda url: pytest.fail(f"opened {url}"))
    assert not open_page(Page("127.0.0.1", 7860, 7860))


def test_what_to_add_is_said_in_about_ten_lines() -> None:
    text = said(Page("127.0.0.1", 7860, 7860))
    for word in ("DISCORD_TOKEN", "TELEGRAM_TOKEN", "weights pull", "GIYDIR_DEVICE", "Ctrl-C", "var"):
        assert word in text
    assert len(text.strip().splitlines()) <= 11
    assert "7860/operator" not in text
    assert "7860/operator" in said(Page("127.0.0.1", 7860, 7860), operator_password="long enough it is")


def test_a_second_one_on_the_same_folder_says_so_and_starts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "var").mkdir()
    with FileLock(tmp_path / "var" / "giydir.lock"), pytest.raises(NotReady, match="is up already on"):
        run_up(Settings(), workers=1, show_page=False, say=lambda line: pytest.fail(line))
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["giydir.lock"]


class _Refusing(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_error(400)

    def log_message(self, *_: object) -> None:
        pass
