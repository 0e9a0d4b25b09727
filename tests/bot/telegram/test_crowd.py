"""A hundred members at once, through the whole bot as it is shipped."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest

from tasks.records import JobState
from tests.bot.discord.test_wire import Processor
from tests.bot.telegram.house import House
from tests.bot.telegram.kit import album
from tests.standins.telegram.server import running_telegram
from tests.standins.telegram.state import Message

MEMBERS, IDLE = 100, 12


@pytest.mark.slow
def test_a_hundred_at_once_lose_nothing_get_nothing_twice_and_hold_up_nobody(tmp_path: Path) -> None:
    """Each asks for a picture, and Telegram is stricter with their chats than the bot can know. Meanwhile
    others, who were idle, ask something, and are answered within a second. On a machine that has other things
    to do, the time in line for a processor may come on top."""
    with running_telegram() as server:
        house = House(tmp_path, server)
        house.environment["GIYDIR_BOT_HEALTH_PORT"] = "0"
        members = [server.add_person(f"M{number}") for number in range(MEMBERS)]
        idle = [server.add_person(f"I{number}") for number in range(IDLE)]
        house.welcome(*members)
        server.limits.per_chat = (1, 3.0)
        made = 0
        with house.bot() as process:
            own, other = Processor(process.pid), Processor(server.serving.thread_id)
            began = time.monotonic()
            for member in members:
                album(member)
            asked: list[Message] = []
            delays: list[float] = []
            while made < MEMBERS or not house.delivered(*members):
                assert time.monotonic() - began < 240, f"{made} made; {house.log()[-2000:]}"
                if (waiting := house.desk.queue().queued) and made < MEMBERS:
                    for _ in range(min(waiting, 4)):
                        house.make()
                        made += 1
                if len(asked) < IDLE and time.monotonic() - began > 1.0 + len(asked):
                    asked.append(idle[len(asked)].sends("/help"))
                time.sleep(0.1)
            took = time.monotonic() - began
            (ran, waited), (_, waited_other) = own.since(), other.since()
            for one in asked:
                delays.append(server.answer_to(one, 60).sent_at - one.sent_at)
            memory = process.memory_info().rss
        statuses = Counter(one.status for one in server.transcript.exchanges)
        print(
            f"{MEMBERS} pictures in {took:.1f} s; an idle chat's answer after {max(delays):.2f} s at the longest,"
            f" {sorted(delays)[len(delays) // 2]:.2f} s in the middle, of {len(delays)}; {statuses[429]} times"
            f" 429; in line for a processor {waited + waited_other:.1f} s, bot {ran:.1f} s of it;"
            f" {memory / 1e6:.0f} MB"
        )
        for member in members:
            (job,) = house.jobs(member)
            assert job.state is JobState.SUCCEEDED
            (message,) = house.own(member)
            assert message.photo
        assert [len(house.own(one)) for one in idle[: len(asked)]] == [1] * len(asked)
        assert statuses[429] >= MEMBERS // 2, "many were told to wait"
        assert server.limits.disobeyed == []
        # Of the time in line, an answer's share is what passed of it meanwhile, in the mean.
        share = (waited + waited_other) / took
        assert max(delays) <= 1.0 + 3 * share
        house.desk.close()
