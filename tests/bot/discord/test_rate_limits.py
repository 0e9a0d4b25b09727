"""Discord's 429, over real HTTP: the newest edit wins, an answer comes once, other channels go on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.discord import post
from bot.discord.front import DiscordFrontEnd
from tasks.broker.events import Event
from tests.bot.discord.house import House
from tests.bot.kit import CATALOGUES
from tests.standins.discord.server import running_discord
from tests.standins.discord.state import Channel, Message
from tests.standins.files import picture

BY_TOKEN = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
BY_RIGHTS = "PATCH /channels/{channel_id}/messages/{message_id}"
QUARTER = 15 * 60.0


class Running:
    """The front end in a thread of its own, and a member who asks."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.discord = house.discord
        self.guild = self.discord.add_guild()
        self.ada = self.discord.add_member(self.guild, "ada")
        house.welcome(self.ada)
        token = house.discord.token
        self._front = DiscordFrontEnd(house.desk, house.store, house.settings, CATALOGUES, token)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def live(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self._front.run()

    def ask(self, channel: Channel | None = None) -> Message:
        photos = {"person": picture(96, 128), "garment": picture(96, 128, name="shirt.png")}
        asked = self.ada.slash("/tryon", channel=channel, **photos)
        placeholder: Message = asked.answer(within=20)
        self.wait(lambda: placeholder.labels == ["Cancel"])
        return placeholder

    def hear(self, *events: Event) -> None:
        assert self._loop is not None
        for event in events:
            self._loop.call_soon_threadsafe(self._front.delivery.hear, event)

    def wait(self, look: Callable[[], Any], within: float = 20.0) -> Any:
        return self.discord.wait(look, within)

    def statuses(self, route: str) -> list[int]:
        return [one.status for one in self.discord.requests(route)]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setattr(post, "EDIT_SECONDS", 0.0)
    with running_discord() as discord:
        house = House(tmp_path, discord)
        running = Running(house)
        with discord.running(running.live):
            running.wait(lambda: discord.commands())
            yield running
        house.desk.close()


@contextmanager
def refusing(here: Running, route: str) -> Iterator[None]:
    """Every request of the route is answered with 429; in the block it already was once."""
    refused = here.statuses(route).count(429)
    here.discord.limits.set(route, 0, 0.5)
    yield
    here.wait(lambda: here.statuses(route).count(429) > refused)
    here.discord.limits.set(route, 50, 0.5)


def answered(message: Message) -> bool:
    return message.content.startswith("Made by AI")


def test_after_a_429_the_newest_step_is_shown_and_those_between_are_not(here: Running) -> None:
    placeholder = here.ask()
    claim = here.house.desk.claim("worker")
    assert claim is not None
    here.wait(lambda: " 0 %" in placeholder.content)
    edits = placeholder.edits
    with refusing(here, BY_TOKEN):
        here.hear(Event("step", claim.job.id, 1, 30))
    here.hear(*(Event("step", claim.job.id, step, 30) for step in range(2, 16)))
    here.wait(lambda: "50 %" in placeholder.content)
    assert placeholder.edits - edits <= 2


def test_an_answer_that_met_a_429_comes_once(here: Running) -> None:
    placeholder = here.ask()
    edits = placeholder.edits
    with refusing(here, BY_TOKEN):
        here.house.make()
    here.wait(lambda: here.house.desk.job(1).delivered_at)
    assert answered(placeholder)
    assert placeholder.edits - edits == 1
    assert [answered(message) for message in here.ada.sees_in(here.guild.general)] == [True]


def test_a_channel_at_its_limit_does_not_hold_up_another(here: Running) -> None:
    other = here.discord.add_channel(here.guild, "other")
    crowded = [here.ask() for _ in range(20)]
    placeholder = here.ask(other)
    # Edits by the bot's own rights, of which a channel takes so many.
    here.discord.clock.advance(QUARTER)
    here.discord.limits.set(BY_RIGHTS, 1, 0.5)
    for _ in range(21):
        here.house.make()
    here.wait(lambda: answered(placeholder))
    assert sum(map(answered, crowded)) <= 5
    here.discord.limits.set(BY_RIGHTS, 50, 0.5)
    here.wait(lambda: all(map(answered, crowded)))


def test_a_limit_over_all_holds_up_no_answer_that_goes_by_its_token(here: Running) -> None:
    late = here.ask()
    here.discord.clock.advance(QUARTER)
    soon = here.ask()
    here.discord.limits.overall = (0, 1.5)
    here.house.make()
    here.wait(lambda: 429 in here.statuses(BY_RIGHTS))
    here.house.make()
    here.wait(lambda: answered(soon))
    assert not answered(late)
    here.discord.limits.overall = (50, 1.0)
    here.wait(lambda: here.house.desk.job(1).delivered_at)
    assert answered(late)
    assert here.statuses(BY_RIGHTS).count(200) == 1
