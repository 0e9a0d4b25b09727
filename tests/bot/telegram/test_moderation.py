"""What administrators of a group do with /mod."""

from __future__ import annotations

import pytest

from bot.telegram import rights
from tests.bot.telegram.kit import ME, SHIRT, Here
from tests.standins.telegram.state import MEMBER, Chat, Message

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def group(here: Here) -> Chat:
    """Ada is a member, Ben an administrator; and they are in a hurry."""
    group = here.server.add_group("Atelier", here.ada, here.ben)
    here.server.promote(group, here.ben)
    here.server.limits.per_chat = here.server.limits.per_group = (100, 1.0)
    here.welcome(here.ada)
    return group


def ordered(here: Here, group: Chat, text: str, about: Message | None = None) -> str:
    return here.reply_to(here.ben.sends(text, group, reply_to=about)).text


def test_only_administrators_moderate_and_only_members_below_them(here: Here, group: Chat) -> None:
    with here.alive():
        asked = here.ada.sends("/quota", group)
        assert "Only moderators" in here.reply_to(here.ada.sends("/mod pause", group)).text
        own = here.ben.sends("/help", group)
        assert "rank is below yours" in ordered(here, group, "/mod ban", own)
        assert "in a server" in here.server.answer_to(here.ben.sends("/mod pause")).text.lower()
        assert "is shut out; that ends in 3 days" in ordered(here, group, "/mod ban 3 spam", asked)
        assert str(here.ada.id) in ordered(here, group, "/mod bans")
        assert "may use the bot again" in ordered(here, group, "/mod unban", asked)
    assert len(here.server.requests("getChatMember")) == 2, "each is remembered for a minute"


def test_who_is_an_administrator_is_remembered_for_a_while_and_asked_again(
    here: Here, group: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    with here.alive():
        assert "paused here" in ordered(here, group, "/mod pause")
        group.members[here.ben.user] = MEMBER
        assert "requests here again" in ordered(here, group, "/mod resume")
        monkeypatch.setattr(rights, "_SECONDS", 0.0)
        assert "Only moderators" in ordered(here, group, "/mod pause")


def test_a_paused_group_is_told_so_and_settings_are_shown_and_changed(here: Here, group: Chat) -> None:
    with here.alive():
        ordered(here, group, "/mod pause")
        first = here.ada.sends_photo(ME, group)
        asked = here.ada.sends_photo(SHIRT, group, caption="/tryon", reply_to=first)
        here.wait_for_text(here.reply_to(asked), "paused the bot here")
        ordered(here, group, "/mod resume")
        ordered(here, group, "/mod settings member-limit 4")
        assert "member-limit 4" in ordered(here, group, "/mod settings")
        ordered(here, group, "/mod settings member-limit default")
        assert "member-limit as the operator" in ordered(here, group, "/mod settings")
        assert "Türkçe" in here.server.answer_to(here.ada.sends("/language tr")).text


def test_what_was_reported_is_decided_by_buttons(here: Here, group: Chat) -> None:
    with here.alive():
        first = here.ada.sends_photo(ME, group)
        asked = here.ada.sends_photo(SHIRT, group, caption="/tryon", reply_to=first)
        answer = here.made_for(asked, here.ada)
        here.ben.presses(answer, "Report ...").answered()
        docket = here.reply_to(here.ben.sends("/mod reports", group))
        assert "reported once" in docket.text
        assert "Only moderators" in here.ada.presses(docket, "1: remove").answered()["text"]
        here.ben.presses(docket, "1: remove").answered()
        here.wait_for_text(docket, "Nothing waits for you.")
        assert answer.deleted
        assert "removed" in ordered(here, group, "/mod jobs")


def test_acts_and_reports_are_told_in_the_chat_that_was_named_for_it(here: Here, group: Chat) -> None:
    room, other = here.server.add_group("Moderators", here.ben), here.server.add_group("Others", here.ada)
    here.server.promote(room, here.ben)
    with here.alive():
        asked = here.ada.sends("/quota", group)
        assert "Only moderators" in ordered(here, group, f"/mod settings log-chat {other.id}")
        ordered(here, group, f"/mod settings log-chat {room.id}")
        ordered(here, group, "/mod ban 3 spam", asked)
        told = here.server.wait(lambda: [one for one in here.bots(room) if "is shut out" in one.text])
        assert told[0].text.startswith(f"[user {here.ben.id}]") or str(here.ben.id) in str(told[0].entities)
        assert f"log-chat {room.id}" in ordered(here, group, "/mod settings")
        ordered(here, group, "/mod settings log-chat here")
        ordered(here, group, "/mod unban", asked)
        here.server.wait(lambda: any("(#" in one.text for one in here.bots(group)), what="the log here")
    assert not here.bots(other)
