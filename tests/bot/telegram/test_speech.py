"""How the core's words become Telegram's."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import cast

from bot.telegram.buttons.keyboards import Action, job_button
from bot.telegram.client import TelegramClient
from bot.telegram.speech import as_html, command_names, tongue_in
from tests.bot.kit import CATALOGUES
from tests.tasks.kit import NOON


def test_emphasis_becomes_tags_and_a_name_with_signs_stays_a_name() -> None:
    assert as_html("**You** have `7` <b>&") == "<b>You</b> have <code>7</code> &lt;b&gt;&amp;"
    assert as_html("Ask: `/quota` now") == "Ask: /quota now", "a command in code could not be tapped"


def test_times_are_said_from_now_on_in_each_language() -> None:
    client, later = _client(), NOON + timedelta(minutes=5)
    assert tongue_in(client, "en-GB").time(later) == "in 5 minutes"
    assert tongue_in(client, "tr").time(later) == "5 dakika sonra"
    assert tongue_in(client, None, "xx").language == "en"


def test_a_command_is_called_by_its_name_here_in_every_language() -> None:
    turkish = tongue_in(_client(), "tr")
    text = turkish.say("Get everything: /export. Delete everything: /forget.")
    assert "/export" in text
    assert "/forget" in text
    assert _client().command_names["gizlilik"] == "privacy"


def test_the_word_behind_a_command_is_one_that_the_command_knows() -> None:
    turkish = tongue_in(_client(), "tr")
    assert turkish.say("To try one on: /wardrobe wear.").endswith("/wardrobe wear.")
    assert turkish.say("Act number {act}. To undo it: /mod undo.", act=1).endswith("/mod undo.")
    assert "/me photo" in turkish.say(
        "Whom shall I dress? Add a photo of yourself, or save one for good with /me photo."
    )


def _client() -> TelegramClient:
    """Of which only its languages and its clock are asked for."""
    client = SimpleNamespace(
        catalogues=CATALOGUES, clock=lambda: NOON, command_names=command_names(CATALOGUES)
    )
    return cast(TelegramClient, client)


def test_the_longest_button_fits_into_what_telegram_carries() -> None:
    longest = max(Action, key=len)
    data = job_button(10**18 - 1, longest, "x", "upper_body").callback_data
    assert len(str(data).encode()) <= 64
