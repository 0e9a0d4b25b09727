"""What members ask about themselves on Telegram."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.bot.telegram.kit import ME, SHIRT, Here, album
from tests.standins.telegram.state import Chat, Message

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def said(here: Here, text: str, chat: Chat | None = None) -> Message:
    return here.server.answer_to(here.ada.sends(text, chat))


def test_every_command_is_offered_where_it_can_be_used_in_the_members_language(here: Here) -> None:
    cem = here.server.add_person("Cem", "tr")
    group = here.server.add_group("Atelier", here.ada)
    with here.alive():
        here.server.wait(lambda: len(here.server.requests("setMyCommands")) >= 4)
        assert {"tryon", "history", "forget"} <= set(here.ada.commands())
        assert "forget" not in here.ada.commands(group)
        assert "tryon" in here.ada.commands(group)
        assert set(cem.commands()) == set(here.ada.commands())
        assert "/tryon" in said(here, "/help").text
        assert here.server.answer_to(cem.sends("/start")).text.startswith("Merhaba")


def test_everything_is_exported_and_forgotten_and_nobody_else_may_press_it(here: Here) -> None:
    here.welcome(here.ada)
    group = here.server.add_group("Atelier", here.ada, here.ben)
    with here.alive():
        here.made_for(album(here.ada)[-1], here.ada)
        file = said(here, "/export")
        assert zipfile.ZipFile(io.BytesIO(file.file.data)).namelist()
        assert "for your eyes only" in said(here, "/export", group).text
        asked = said(here, "/forget me", group)
        assert "somebody else's" in here.ben.presses(asked, "Delete everything").answered()["text"]
        here.ada.presses(asked, "Delete everything").answered()
        here.wait_for_text(asked, "Done. This was deleted:")
    assert not list(here.store.stored())


def test_a_garment_of_the_wardrobe_is_worn_with_a_photo_and_a_pose_is_taken(here: Here) -> None:
    here.welcome(here.ada)
    with here.alive():
        here.server.answer_to(here.ada.sends_photo(SHIRT, caption="/wardrobe add Evening dress"))
        worn = here.made_for(here.ada.sends_photo(ME, caption="/wardrobe wear Evening dress"), here.ada)
        assert worn.photo
        here.made_for(album(here.ada, "/pose")[-1], here.ada)
    pose, tried = here.jobs(here.ada)
    assert (tried.request.garment_type, pose.request.control) == ("dresses", "pose")
    assert pose.request.reference_key == tried.request.source_key, "the person"


def test_a_member_who_asks_faster_than_telegram_allows_is_answered_all_the_same(here: Here) -> None:
    here.server.limits.per_chat = (1, 1.0)
    with here.alive():
        here.ada.sends("/quota")
        here.ada.sends("/queue")
        here.server.wait(lambda: len(here.bots(here.ada.private)) == 2, 10)
    assert here.server.limits.disobeyed == []
