"""Flood control, webhooks, two pollers, links that expire, failures on purpose."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest

from tests.standins.files import File, picture
from tests.standins.telegram.server import TelegramServer
from tests.standins.telegram.tiny import living
from tests.standins.telegram.updates import SECRET_HEADER


def call(http: httpx2.Client, server: TelegramServer, method: str, **values: Any) -> dict[str, Any]:
    answer: dict[str, Any] = http.post(f"{server.url}/bot{server.token}/{method}", json=values).json()
    return answer


@contextmanager
def listening(statuses: list[int]) -> Iterator[tuple[str, list[str | None]]]:
    """A webhook that answers with these statuses, then with 200; its address, and secrets that came."""
    secrets: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            secrets.append(self.headers[SECRET_HEADER])
            self.send_response(statuses.pop(0) if statuses else 200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/hook", secrets
        server.shutdown()


def test_updates_are_delivered_to_a_webhook_with_its_secret_until_they_are_taken(
    telegram_server: TelegramServer, http: httpx2.Client
) -> None:
    ada = telegram_server.add_person("Ada")
    with listening([500]) as (url, secrets):
        assert call(http, telegram_server, "setWebhook", url=url, secret_token="s3cret")["ok"]
        ada.sends("/start")
        telegram_server.wait_until_heard()
        assert [one.status for one in telegram_server.updates.deliveries] == [500, 200]
        assert secrets == ["s3cret", "s3cret"]
        assert call(http, telegram_server, "getUpdates")["error_code"] == 409
        call(http, telegram_server, "deleteWebhook")
    ada.sends("again")
    assert [one["message"]["text"] for one in call(http, telegram_server, "getUpdates")["result"]] == [
        "again"
    ]


def test_updates_come_again_until_they_are_confirmed(
    telegram_server: TelegramServer, http: httpx2.Client
) -> None:
    ada = telegram_server.add_person("Ada")
    ada.sends("one")
    ada.sends("two")
    first, second = call(http, telegram_server, "getUpdates")["result"]
    assert call(http, telegram_server, "getUpdates", limit=1)["result"] == [first]
    assert call(http, telegram_server, "getUpdates", offset=second["update_id"])["result"] == [second]
    assert call(http, telegram_server, "getUpdates", offset=second["update_id"] + 1)["result"] == []


def test_a_second_poller_ends_the_first_one(telegram_server: TelegramServer, http: httpx2.Client) -> None:
    with living(telegram_server):
        telegram_server.wait(lambda: telegram_server.updates.polls)
        call(http, telegram_server, "getUpdates")
        refused = telegram_server.wait(telegram_server.transcript.refused)
    assert (refused[0].route, refused[0].status) == ("getUpdates", 409)


def test_some_updates_are_told_on_request_only(telegram_server: TelegramServer, http: httpx2.Client) -> None:
    ada = telegram_server.add_person("Ada")
    group = telegram_server.add_group("Atelier")
    ada.joins(group)
    assert [list(one)[1] for one in call(http, telegram_server, "getUpdates")["result"]] == ["message"]
    call(http, telegram_server, "getUpdates", offset=-1, allowed_updates=["chat_member"])
    ada.leaves(group)
    assert list(call(http, telegram_server, "getUpdates")["result"][-1])[1] == "chat_member"


@pytest.mark.parametrize(
    ("name", "rule", "wait"),
    [("per_chat", (2, 1.0), 1), ("per_group", (2, 60.0), 60), ("overall", (2, 1.0), 1)],
)
def test_flood_control(
    telegram_server: TelegramServer, name: str, rule: tuple[int, float], wait: int, http: httpx2.Client
) -> None:
    group = telegram_server.add_group("Atelier")
    setattr(telegram_server.limits, name, rule)
    telegram_server.clock.stand_still()

    def send() -> dict[str, Any]:
        return call(http, telegram_server, "sendMessage", chat_id=group.id, text="hi")

    assert send()["ok"]
    assert send()["ok"]
    assert send()["parameters"] == {"retry_after": wait}
    assert telegram_server.limits.disobeyed == []
    assert send()["error_code"] == 429
    assert telegram_server.limits.disobeyed == ["sendMessage"]
    telegram_server.clock.advance(wait)
    assert send()["ok"]


def test_files_are_fetched_by_links_that_expire(telegram_server: TelegramServer, http: httpx2.Client) -> None:
    ada = telegram_server.add_person("Ada")
    photo = picture()
    message = ada.sends_file(photo)
    path = call(http, telegram_server, "getFile", file_id=message.file.id)["result"]["file_path"]
    url = f"{telegram_server.url}/file/bot{telegram_server.token}/{path}"
    assert http.get(url).content == photo.data
    telegram_server.clock.advance(3601)
    assert http.get(url).status_code == 404
    large = ada.sends_file(File("large.bin", bytes(20 * 1024 * 1024 + 1)))
    assert "file is too big" in call(http, telegram_server, "getFile", file_id=large.file.id)["description"]


def test_failures_on_purpose_with_and_without_the_work_done(
    telegram_server: TelegramServer, http: httpx2.Client
) -> None:
    ada = telegram_server.add_person("Ada")
    telegram_server.fail_next("sendMessage", 502)
    assert call(http, telegram_server, "sendMessage", chat_id=ada.id, text="hi")["error_code"] == 502
    assert ada.private.messages == []
    telegram_server.fail_next("sendMessage", 502, done=True)
    assert call(http, telegram_server, "sendMessage", chat_id=ada.id, text="hi")["error_code"] == 502
    assert [message.text for message in ada.private.messages] == ["hi"]


def test_an_old_press_cannot_be_answered(telegram_server: TelegramServer, http: httpx2.Client) -> None:
    ada = telegram_server.add_person("Ada")
    markup = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
    call(http, telegram_server, "sendMessage", chat_id=ada.id, text="hi", reply_markup=markup)
    pressed = ada.presses(ada.private.messages[0], "Go")
    assert telegram_server.unanswered() == [pressed.press]
    telegram_server.clock.advance(16)
    answer = call(http, telegram_server, "answerCallbackQuery", callback_query_id=pressed.press.id)
    assert "query is too old" in answer["description"]


def test_a_wrong_token_opens_nothing(telegram_server: TelegramServer, http: httpx2.Client) -> None:
    assert http.get(f"{telegram_server.url}/bot1:wrong/getMe").json()["error_code"] == 401
