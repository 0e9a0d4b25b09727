"""Writing as fast as Telegram lets the bot, with the real library."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

import pytest
from telegram.ext import ExtBot

from bot.telegram.flood import PROGRESS, Flood
from tests.standins.telegram.server import TelegramServer, running_telegram


@pytest.fixture(autouse=True)
def _waits_are_timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it python-telegram-bot 22 warns as it raises RetryAfter, and warnings are errors here."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


def bot_of(server: TelegramServer) -> ExtBot[int]:
    return ExtBot(server.token, base_url=f"{server.url}/bot", rate_limiter=Flood())


def said(server: TelegramServer) -> Counter[tuple[int, str]]:
    bot = server.world.bot
    return Counter(
        (chat.id, message.words)
        for chat in server.world.chats.values()
        for message in chat.messages
        if message.sender is bot
    )


def test_one_chats_429_is_waited_for_and_holds_nobody_else() -> None:
    with running_telegram() as server:
        ada, ben = server.add_person("Ada"), server.add_person("Ben")
        server.limits.per_chat = (1, 2.0)

        async def main() -> float:
            async with bot_of(server) as bot:
                await bot.send_message(ada.user.id, "one")
                held = asyncio.create_task(bot.send_message(ada.user.id, "two"))
                await asyncio.sleep(1.2)
                start = time.monotonic()
                await bot.send_message(ben.user.id, "hello")
                took = time.monotonic() - start
                await held
                return took

        assert asyncio.run(main()) < 1
        assert said(server) == {(ada.user.id, "one"): 1, (ada.user.id, "two"): 1, (ben.user.id, "hello"): 1}
        assert server.limits.disobeyed == []


def test_progress_leaves_room_for_an_answer_in_a_group() -> None:
    with running_telegram() as server:
        group = server.add_group("Atelier", server.add_person("Ada"))

        async def main() -> float:
            async with bot_of(server) as bot:
                flood = [
                    asyncio.create_task(bot.send_message(group.id, str(one), rate_limit_args=PROGRESS))
                    for one in range(30)
                ]
                await asyncio.sleep(0.5)
                start = time.monotonic()
                await bot.send_message(group.id, "answer")
                took = time.monotonic() - start
                for one in flood:
                    one.cancel()
                await asyncio.gather(*flood, return_exceptions=True)
                return took

        server.limits.per_chat = (100, 1.0)
        assert asyncio.run(main()) < 1
        assert len(said(server)) == 12 + 1


@pytest.mark.slow
def test_a_flood_of_a_hundred_chats_loses_and_doubles_nothing_and_an_idle_chat_is_answered() -> None:
    with running_telegram() as server:
        people = [server.add_person(f"P{number}") for number in range(100)]
        idle = server.add_person("Idle")
        # Stricter than the limiter knows, so that 429 comes.
        server.limits.per_chat = (1, 8.0)

        async def main() -> float:
            async with bot_of(server) as bot:
                flood = [
                    asyncio.create_task(
                        bot.send_message(person.user.id, f"{round_}", rate_limit_args=PROGRESS)
                    )
                    for round_ in range(3)
                    for person in people
                ]
                await asyncio.sleep(3)
                start = time.monotonic()
                await bot.send_message(idle.user.id, "answer")
                took = time.monotonic() - start
                await asyncio.gather(*flood)
                return took

        assert asyncio.run(main()) < 1
        expected = {(person.user.id, str(round_)): 1 for person in people for round_ in range(3)}
        assert said(server) == {**expected, (idle.user.id, "answer"): 1}
        assert len(server.requests("sendMessage")) > 301 + 20, "many were told to wait"
        assert server.limits.disobeyed == []
