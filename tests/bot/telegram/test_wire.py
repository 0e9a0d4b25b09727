"""The shipped bot as a process of its own: killed wherever it is, and what it starts with."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.core import delivery
from bot.telegram import flood, receiving
from tasks.records import Asker, JobState
from tests.bot.telegram.house import HURRIED, House
from tests.bot.telegram.kit import ME, SHIRT, album
from tests.standins.telegram.people import Person
from tests.standins.telegram.rules import Json
from tests.standins.telegram.server import running_telegram

MEGABYTE = 1_000_000


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with running_telegram() as server:
        here = House(tmp_path, server)
        yield here
        here.desk.close()


def to(person: Person) -> Callable[[Json], bool]:
    return lambda values: bool(values.get("chat_id") == person.id)


def check_each_has_one_picture_that_cost_one(house: House, *people: Person, lines: int = 0) -> None:
    """And nothing beside it but `lines` of text."""
    for person in people:
        (job,) = house.jobs(person)
        assert job.state is JobState.SUCCEEDED
        assert house.desk.quota(Asker("telegram", f"user:{person.id}", str(person.id))).used == 1
        pictures = [one for one in house.own(person) if one.photo]
        assert len(pictures) == 1, house.own(person)
        assert pictures[0].caption.startswith("Made by AI")
        assert len(house.own(person)) == 1 + lines, house.own(person)


@pytest.mark.slow
@pytest.mark.parametrize("shipped", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_bot_killed_at_any_moment_brings_each_picture_once(
    house: House, shipped: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of these people has it at another moment of their request when it dies. `shipped`: as members
    meet it; else in a hurry, and the bot after it is no process of its own."""
    if not shipped:
        house.start = HURRIED
        monkeypatch.setattr(delivery, "ROUND_SECONDS", 0.1)
        monkeypatch.setattr(flood, "_PRIVATE", (100, 1.0))
        monkeypatch.setattr(receiving, "ALBUM_SECONDS", 0.1)
    names = ("Ada", "Ben", "Cem", "Dan", "Eve", "Fay")
    people = ada, ben, cem, dan, eve, fay = [house.server.add_person(name) for name in names]
    house.welcome(*people)
    order = house.server.holds.order
    with house.bot(signal.SIGKILL):
        # Dan's picture is on its way; Eve has hers, and the bot does not know yet.
        held = [order("editMessageMedia", to(dan)), order("editMessageMedia", to(eve), done=True)]
        # Fay is being told how it gets on, Ben that he was heard; Cem was told, and it does not know.
        held += [
            order("editMessageText", to(fay)),
            order("sendMessage", to(ben)),
            order("sendMessage", to(cem), done=True),
        ]
        for person in (dan, eve):
            album(person)
        house.wait(lambda: house.jobs(dan) and house.jobs(eve), "two jobs")
        house.make()
        house.make()
        for person in (ben, cem, fay):
            album(person)
        house.wait(lambda: all(one.reached for one in held), "five to be held")
        # Ada knows that she was heard, and her photos are being fetched.
        held.append(order("getFile"))
        album(ada)
        house.wait(lambda: held[-1].reached, "the sixth to be held")
    assert [len(house.jobs(one)) for one in people] == [0, 0, 0, 1, 1, 1]
    with house.bot() if shipped else house.bot_in_thread():
        house.wait(lambda: all(house.jobs(one) for one in (ada, ben, cem)), "their jobs")
        for _ in range(4):
            house.make()
        house.wait(lambda: house.delivered(*people), "all answers")
    check_each_has_one_picture_that_cost_one(house, ada, ben, dan, eve, fay)
    # What Telegram took and nobody had written down yet: a line of text stays.
    check_each_has_one_picture_that_cost_one(house, cem, lines=1)


@pytest.mark.slow
def test_a_bot_killed_between_the_delivery_and_its_marking_brings_it_once(house: House) -> None:
    ada = house.server.add_person("Ada")
    house.welcome(ada)
    with closing(sqlite3.connect(house.database, isolation_level=None)) as somebody:
        with house.bot(signal.SIGKILL):
            album(ada)
            house.wait(lambda: house.jobs(ada), "a job")
            hold = house.server.holds.order("editMessageMedia", done=True)
            house.make()
            house.wait(lambda: hold.reached, "the picture")
            # Nobody else can write: the bot hears that the picture is there, and cannot mark it.
            somebody.execute("BEGIN IMMEDIATE")
            house.server.serving.do(hold.release)
            house.wait(lambda: house.server.requests("editMessageMedia"), "the bot to be told")
            time.sleep(0.5)
        somebody.execute("ROLLBACK")
    assert not house.delivered(ada)
    with house.bot():
        house.wait(lambda: house.delivered(ada), "the marking")
    check_each_has_one_picture_that_cost_one(house, ada)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "done", "lines"),
    [
        ("sendMessage", False, 0),
        # As above: what nobody had written down yet.
        ("sendMessage", True, 1),
        ("editMessageMedia", False, 0),
        ("editMessageMedia", True, 0),
    ],
)
def test_a_picture_that_has_to_be_sent_anew_comes_once_also_from_a_bot_that_is_killed(
    house: House, method: str, done: bool, lines: int
) -> None:
    ada = house.server.add_person("Ada")
    house.welcome(ada)
    with house.bot(signal.SIGKILL):
        album(ada)
        house.wait(lambda: house.jobs(ada), "a job")
        placeholder = house.wait(lambda: house.own(ada), "a placeholder")[0]
        house.server.serving.do(lambda: ada.private.messages.remove(placeholder))

        def fits(values: Json) -> bool:
            """Not the edit of what is gone."""
            return values.get("message_id") != placeholder.id

        hold = house.server.holds.order(method, fits, done=done)
        house.make()
        house.wait(lambda: hold.reached, "the new message")
    with house.bot():
        house.wait(lambda: house.delivered(ada), "the answer")
    check_each_has_one_picture_that_cost_one(house, ada, lines=lines)


@pytest.mark.slow
def test_of_two_photos_that_came_one_after_the_other_none_is_lost(house: House) -> None:
    """Killed when both are at the desk and the picture is not asked for yet; and once more behind that."""
    ada, ben = house.server.add_person("Ada"), house.server.add_person("Ben")
    house.welcome(ada, ben)
    with house.bot(signal.SIGKILL):
        for person in (ada, ben):
            person.sends_photo(ME)
        house.wait(lambda: house.own(ada) and house.own(ben), "the hints")
        heard = [
            house.server.holds.order("sendMessage", to(ada)),
            house.server.holds.order("editMessageText", to(ben)),
        ]
        for person in (ada, ben):
            person.sends_photo(SHIRT)
        house.wait(lambda: all(one.reached for one in heard), "both to be held")
    with house.bot():
        house.wait(lambda: house.jobs(ada), "the job")
        house.make()
        house.make()
        house.wait(lambda: house.delivered(ada, ben), "both answers")
    check_each_has_one_picture_that_cost_one(house, ada, ben, lines=1)


@pytest.mark.slow
def test_it_starts_quickly_and_is_small(house: House) -> None:
    ada = house.server.add_person("Ada")
    began = time.monotonic()
    with house.bot() as process:
        started = time.monotonic() - began
        used = sum(process.cpu_times()[:2])
        ada.sends("/help")
        house.wait(lambda: house.own(ada), "an answer")
        memory = process.memory_info().rss
    print(f"started in {started:.2f} s, {used:.2f} s of processor; {memory / MEGABYTE:.0f} MB")
    # Of the processor, since the machine may have other things to do.
    assert used <= 2.0
    assert memory <= 150 * MEGABYTE
    assert house.server.token not in house.log()
