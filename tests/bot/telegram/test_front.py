"""The front end's beginning and end."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from bot.telegram.front import TelegramFrontEnd
from tasks.errors import OptionInvalid
from tests.bot.kit import CATALOGUES
from tests.bot.telegram.kit import Here

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def test_a_token_that_telegram_does_not_accept_is_said_without_the_token(here: Here) -> None:
    settings = here.office.settings.model_copy(update={"telegram_api_url": here.server.url})
    wrong = "4242:no-token-of-anybody"
    front = TelegramFrontEnd(here.office.desk, here.store, settings, CATALOGUES, wrong)
    with pytest.raises(OptionInvalid, match="does not accept TELEGRAM_TOKEN") as refused:
        asyncio.run(front.run())
    assert wrong not in str(refused.value)
    assert refused.value.__suppress_context__
    assert front.trouble() == "not_connected"


def test_what_was_said_while_the_bot_was_away_is_answered(here: Here) -> None:
    asked = here.ada.sends("/quota")
    with here.alive():
        assert "left" in here.server.answer_to(asked, within=10).text
        assert here.front is not None
        assert here.front.trouble() is None


def test_it_waits_for_telegram_to_come_back(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.telegram.front._FIRST_PAUSE", 0.05)
    here.server.fail_next("getMe", 502)
    with here.alive():
        assert here.server.answer_to(here.ada.sends("/help"))
    assert len(here.server.requests("getMe")) >= 2


def test_an_ill_telegram_is_told_to_whoever_watches_the_process(here: Here) -> None:
    with here.alive():
        here.server.fail_next("getUpdates", 502, times=2)
        here.ada.sends("/help")
        front = here.front
        assert front is not None
        until = time.monotonic() + 10
        while front.trouble() is None and time.monotonic() < until:
            threading.Event().wait(0.05)
        assert front.trouble() == "not_connected"
