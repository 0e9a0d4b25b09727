"""A hundred members at once, through the whole bot as it is shipped."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tasks.records import JobState
from tests.bot.discord.test_wire import Processor
from tests.bot.telegram.house import House
from tests.bot.telegram.kit import album
from tests.standins.telegram.people import Person
from tests.standins.telegram.server import running_telegram

MEMBERS, IDLE = 100, 12


def asks(house: House, person: Person, bot: int) -> tuple[float, float]:
    """Seconds until somebody who was idle is answered, and how many of them the bot and Telegram stood in
    line for a processor."""
    own, other = Processor(bot), Processor(house.server.serving.thread_id)
    asked = person.sends("/help")
    answer = house.server.answer_to(asked, 120)
    return answer.sent_at - asked.sent_at, own.since()[1] + other.since()[1]


@pytest.mark.slow
def test_a_hundred_at_once_lose_nothing_get_nothing_twice_and_hold_up_nobody(tmp_path: Path) -> None:
    """Each asks for a picture, and Telegram is stricter with their chats than the bot can know. Meanwhile
    others, who were idle, ask something, and are answered within a second. On a machine that has other things
    to do, the time in line for a processor may come on top."""
    with running_telegram() as server, ThreadPoolExecutor(IDLE) as pool:
        house = House(tmp_path, server)
        members = [server.add_person(f"M{number}") for number in range(MEMBERS)]
        idle = [server.add_person(f"I{number}") for number in range(IDLE)]
        house.welcome(*members)
        server.limits.per_chat = (1, 6.0)
        with house.bot() as process:
            began, start = time.monotonic(), process.cpu_times()
            begun = start.user + start.system
            for member in members:
                album(member)
            asking: list[Future[tuple[float, float]]] = []
            made = 0
            while made < MEMBERS or house.desk.undelivered("telegram", 1):
                seconds = time.monotonic() - began
                assert seconds < 300, f"{made} made; {house.log()[-2000:]}"
                for _ in range(min(house.desk.queue().queued, 4)):
                    house.make()
                    made += 1
                if len(asking) < IDLE and seconds > 0.5 + len(asking):
                    asking.append(pool.submit(asks, house, idle[len(asking)], process.pid))
                time.sleep(0.25)
            took = time.monotonic() - began
            answered = [one.result() for one in asking]
            memory, times = process.memory_info().rss, process.cpu_times()
        refused = Counter(one.status for one in server.transcript.exchanges)[429]
        delays = sorted(delay for delay, _ in answered)
        busy = sorted(delay - in_line for delay, in_line in answered)
        print(
            f"{MEMBERS} pictures in {took:.1f} s, {refused} times 429; {len(delays)} idle chats answered"
            f" after {delays[0]:.2f} to {delays[-1]:.2f} s, of which {max(busy[-1], 0):.2f} s at most were"
            f" not in line for a processor; {memory / 1e6:.0f} MB; the bot's processor time for each"
            f" {1000 * (times.user + times.system - begun) / MEMBERS:.0f} ms"
        )
        for member in members:
            (job,) = house.jobs(member)
            assert job.state is JobState.SUCCEEDED
            (message,) = house.own(member)
            assert message.photo
        assert [len(house.own(one)) for one in idle[: len(asking)]] == [1] * len(asking)
        assert refused >= 20, "many were told to wait"
        assert server.limits.disobeyed == []
        assert busy[-1] <= 1.0
        house.desk.close()
