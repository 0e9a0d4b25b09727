"""From a phone's photo to the picture in the chat, with every process there is. See docs/telegram.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot.whole import Phone, check_marks, check_picture, everything
from tests.standins.telegram.server import running_telegram


@pytest.mark.slow
def test_a_phones_photo_becomes_a_picture_in_the_chat_and_a_file_with_its_manifest(tmp_path: Path) -> None:
    phone = Phone()
    with running_telegram() as telegram:
        ada = telegram.add_person("Ada")
        environment = {"TELEGRAM_TOKEN": telegram.token, "GIYDIR_TELEGRAM_API_URL": telegram.url}
        with everything(tmp_path, telegram, environment, lambda: telegram.updates.polls):
            # As a file, Telegram leaves it as the camera wrote it.
            terms = telegram.answer_to(ada.sends_file(phone.photo), within=60)
            telegram.wait(lambda: terms.labels, 60, "the terms")
            ada.presses(terms, "I agree").answered(60)
            telegram.answer_to(terms, within=60)
            placeholder = telegram.answer_to(ada.sends_photo(phone.garment), within=60)
            seen: set[str] = set()

            def made() -> bool:
                seen.add(placeholder.words.splitlines()[0])
                return bool(placeholder.photo)

            telegram.wait(made, 600, "the picture")
            assert placeholder.caption.startswith("Made by AI")
            ada.presses(placeholder, "Original size").answered(60)
            chat = placeholder.chat
            file = telegram.wait(lambda: chat.messages[-1].document, 60, "the file")

    assert "Making your picture." in seen
    shown = [one for one in placeholder.chat.messages if one.photo and one.sender is telegram.world.bot]
    assert shown == [placeholder]
    check_marks(file.data, phone)
    check_picture(file.data, phone)
