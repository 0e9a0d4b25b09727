"""The shipped bot is killed at every point between a request and its picture (docs/discord.md)."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tasks.records import JobState, Person
from tests.bot.discord.house import House
from tests.standins.discord.cdn import DOWNLOAD
from tests.standins.discord.server import running_discord
from tests.standins.discord.state import TOKEN_SECONDS, Channel, Message
from tests.standins.files import picture

pytestmark = pytest.mark.slow

CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
EDIT = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
OPEN_CHAT = "POST /users/@me/channels"
WRITE = "POST /channels/{channel_id}/messages"
PATIENCE = 30.0
MADE = "Made by AI"


@dataclass
class Scene:
    """A house, and somebody in it who agreed to the terms."""

    house: House
    ada: Any
    channels: tuple[Channel, Channel]

    def ask(self, **more: Any) -> Any:
        photos = {"person": picture(96, 128), "garment": picture(96, 128, name="shirt.png")}
        return self.ada.slash("/tryon", **photos, **more)

    def wait(self, look: Callable[[], Any]) -> Any:
        return self.house.discord.wait(look, PATIENCE)

    def killed_over(self, route: str, act: Callable[[], Any] = bool, *, done: bool) -> Any:
        """A bot begins, finds what `act` makes it do or what is owed already, and dies while its next request
        of `route` is on its way (not `done`), or the answer to that is. What `act` returned."""
        held = self.house.discord.holds.next(route, done=done)
        with self.house.bot(signal.SIGKILL):
            returned = act()
            self.wait(lambda: held.arrived)
        return returned

    def killed_when(self, act: Callable[[], Any], look: Callable[[], Any]) -> Any:
        with self.house.bot(signal.SIGKILL):
            returned = act()
            self.wait(look)
        return returned

    def out_of_reach(self) -> None:
        """Ada asked for a picture for her eyes only, and its message cannot be edited any more."""
        self.killed_when(lambda: self.ask(private=True), lambda: self.shows("Your picture is next."))
        self.house.discord.clock.advance(TOKEN_SECONDS + 60)

    def jobs(self) -> Any:
        return self.house.desk.history(Person("discord", str(self.ada.id)))

    def seen(self) -> list[Message]:
        return [message for channel in self.channels for message in self.ada.sees_in(channel)]

    def shows(self, text: str) -> bool:
        return any(one.content.startswith(text) for one in self.seen())

    def goes_on(self) -> None:
        """Another bot takes over until the answer is delivered: there is one, and it was paid for once."""
        with self.house.bot():
            if self.house.desk.job(1).ended_at is None:
                self.house.make()
            self.wait(lambda: self.house.desk.job(1).delivered_at)
        assert len(self.jobs()) == 1
        assert self.house.desk.job(1).state is JobState.SUCCEEDED
        assert self.house.entries() == ["reserve", "settle"]
        made = [one for one in self.seen() if one.content.startswith(MADE)]
        assert [len(one.attachments) for one in made] == [1]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with running_discord() as discord:
        house = House(tmp_path, discord)
        ada = discord.add_member(discord.add_guild(), "ada")
        house.welcome(ada)
        yield Scene(house, ada, (ada.member.guild.general, ada.direct))
        house.desk.close()


def test_before_the_acknowledgement_nothing_is_taken_in(scene: Scene) -> None:
    scene.killed_over(CALLBACK, scene.ask, done=False)
    with scene.house.bot():
        assert not scene.jobs()
        assert not scene.seen()


@pytest.mark.parametrize("private", [False, True])
def test_over_the_acknowledgement_that_is_there_the_member_is_told_to_ask_again(
    scene: Scene, private: bool
) -> None:
    def ask() -> Any:
        asked = scene.ask(private=private)
        # As soon as it is on its way there, the database knows of it.
        scene.wait(lambda: scene.house.desk.left_placeholders("discord", datetime.max.replace(tzinfo=UTC)))
        return asked

    scene.killed_over(CALLBACK, ask, done=True)
    with scene.house.bot():
        scene.wait(lambda: scene.shows("I was restarted"))
        assert not scene.jobs()


@pytest.mark.parametrize("private", [False, True])
def test_before_the_request_is_at_the_desk_the_member_is_told_to_ask_again(
    scene: Scene, private: bool
) -> None:
    asked = scene.killed_over(DOWNLOAD, lambda: scene.ask(private=private), done=False)
    placeholder = asked.answer()
    assert placeholder.content == "Looking at your photos ..."
    with scene.house.bot():
        scene.wait(lambda: "ask again" in placeholder.content)
        assert not scene.jobs()
        assert scene.house.entries() == []
        scene.ask()
        scene.wait(scene.jobs)
    scene.goes_on()


@pytest.mark.parametrize("done", [False, True])
def test_before_the_first_edit(scene: Scene, done: bool) -> None:
    scene.killed_over(EDIT, scene.ask, done=done)
    assert len(scene.jobs()) == 1
    scene.goes_on()


@pytest.mark.parametrize("done", [False, True])
def test_over_a_progress_edit(scene: Scene, done: bool) -> None:
    placeholder = scene.killed_when(scene.ask, lambda: scene.shows("Your picture is next."))
    claim = scene.house.desk.claim("worker")
    assert claim is not None
    scene.house.desk.heartbeat(claim.token, 10)
    scene.killed_over(EDIT, done=done)
    assert ("33 %" in placeholder.answer().content) is done
    scene.house.finish(claim)
    scene.goes_on()


@pytest.mark.parametrize("done", [False, True])
def test_over_the_upload_of_the_picture(scene: Scene, done: bool) -> None:
    asked = scene.killed_when(scene.ask, lambda: scene.shows("Your picture is next."))
    scene.house.make()
    scene.killed_over(EDIT, done=done)
    assert bool(asked.answer().attachments) is done
    scene.goes_on()


@pytest.mark.parametrize(
    ("route", "done", "later"),
    # The last one: beyond what Discord remembers of a nonce.
    [(OPEN_CHAT, False, 0), (WRITE, False, 0), (WRITE, True, 0), (WRITE, True, 600)],
)
def test_over_the_direct_message_in_place_of_one_that_only_the_member_saw(
    scene: Scene, route: str, done: bool, later: int
) -> None:
    scene.out_of_reach()
    scene.house.make()
    scene.killed_over(route, done=done)
    scene.house.discord.clock.advance(later)
    scene.goes_on()


def test_over_a_direct_message_that_says_why_there_is_no_picture(scene: Scene) -> None:
    scene.out_of_reach()
    claim = scene.house.desk.claim("worker")
    assert claim is not None
    scene.house.desk.fail(claim.token, "person_not_found")
    scene.killed_over(WRITE, done=True)
    scene.house.discord.clock.advance(600)
    with scene.house.bot():
        scene.wait(lambda: scene.house.desk.job(1).delivered_at)
    (told,) = scene.ada.sees_in(scene.ada.direct)
    assert told.content.startswith("Your picture number 1: ")
    assert scene.house.entries() == ["reserve", "release"]


def test_over_the_notice_that_a_moderator_removed_a_picture(scene: Scene) -> None:
    scene.killed_when(scene.ask, lambda: scene.shows("Your picture is next."))
    scene.goes_on()
    # By the operator, who cannot reach the message.
    scene.house.desk.remove_job(None, 1)
    scene.killed_over(WRITE, done=True)
    scene.house.discord.clock.advance(600)
    with scene.house.bot():
        scene.wait(lambda: not scene.house.desk.owed_notices("discord"))
    assert [one.labels for one in scene.seen()] == [["Object ..."]]
