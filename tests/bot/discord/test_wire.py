"""The shipped bot as a process of its own, over real HTTP and a real WebSocket."""

from __future__ import annotations

import signal
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tasks.records import JobState, Person
from tests.bot.discord.house import House
from tests.standins.discord.server import running_discord
from tests.standins.files import picture

MEGABYTE = 1_000_000


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with running_discord() as discord:
        here = House(tmp_path, discord)
        yield here
        here.desk.close()


def wait(house: House, look: Callable[[], Any], within: float = 10) -> Any:
    return house.discord.wait(look, within)


def ask(person: Any, **more: Any) -> Any:
    return person.slash("/tryon", person=picture(96, 128), garment=picture(96, 128, name="shirt.png"), **more)


def test_the_whole_conversation_in_turkish(house: House) -> None:
    ada = house.discord.add_member(house.discord.add_guild(), "ada")
    with house.bot():
        asked = ask(ada, locale="tr")
        terms = asked.followup()
        assert "18 yaşında" in terms.content
        keep = next(label for label in terms.labels if label.startswith("Kabul; "))
        agreed = ada.press(terms, keep, locale="tr")
        placeholder = agreed.followup()
        wait(house, lambda: placeholder.content == "Sırada senin resmin var.")
        house.make()
        wait(house, lambda: placeholder.content.startswith("Fotoğraflarından yapay zekâ ile yapıldı."))
        assert [one.filename for one in placeholder.attachments] == ["giydir-1.png"]
        assert placeholder.labels[:3] == ["Yeniden", "Ayarlar ...", "Yeniden boyamayı aç"]
        compared = ada.press(placeholder, "Karşılaştır", locale="tr").answer()
        assert len(compared.attachments) == 3
        ada.press(placeholder, "Sil", locale="tr")
        wait(house, lambda: placeholder.deleted)


def test_a_bot_killed_at_any_moment_brings_the_answer_once(house: House) -> None:
    ada = house.discord.add_member(house.discord.add_guild(), "ada")
    house.welcome(ada)
    with house.bot(signal.SIGKILL):
        placeholder = ask(ada).answer()
        wait(house, lambda: house.desk.history(Person("discord", str(ada.id))))
    house.make()
    # The first edit is done, and its answer lost; then the bot dies.
    edit = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
    house.discord.fail_next(edit, 500, done=True)
    with house.bot(signal.SIGKILL):
        wait(house, lambda: placeholder.content.startswith("Made by AI"))
    with house.bot():
        wait(house, lambda: house.desk.job(1).delivered_at is not None)
    general = ada.member.guild.general
    assert [message.content[:10] for message in ada.sees_in(general)] == ["Made by AI"]
    assert house.desk.job(1).state is JobState.SUCCEEDED


CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"


class Processor:
    """What a thread has had of it, and how long it stood in line for it, in seconds."""

    def __init__(self, thread: int) -> None:
        self._file = Path(f"/proc/{thread}/schedstat")
        self._ran, self._waited = self._read()

    def since(self) -> tuple[float, float]:
        ran, waited = self._read()
        return ran - self._ran, waited - self._waited

    def _read(self) -> tuple[float, float]:
        ran, waited, _ = self._file.read_text().split()
        return int(ran) / 1e9, int(waited) / 1e9


def test_discord_is_asked_where_its_gateway_is_and_how_soon_a_session_may_begin(house: House) -> None:
    del house.environment["GIYDIR_DISCORD_GATEWAY_URL"]
    gateway = house.discord.gateway
    gateway.starts_left, gateway.starts_again_in = 0, 0.5
    with house.bot():
        # One session more than it may begin would have failed the test.
        assert gateway.starts_left > 0
    assert "no_session_left" in house.log()


@pytest.mark.slow
def test_two_hundred_requests_at_once_are_all_acknowledged_in_half_a_second(house: House) -> None:
    """From the event's sending to the acknowledgement's arrival. On a machine that has other things to do,
    the time in line for a processor may come on top; what both sides need of it may not."""
    discord, guild = house.discord, house.discord.add_guild()
    people = [discord.add_member(guild, f"member{number}") for number in range(200)]
    house.welcome(*people)
    # Discord does not check on these two processors.
    discord.checks_later = True
    photos = {"person": picture(96, 128), "garment": picture(96, 128, name="shirt.png")}
    with house.bot() as process:
        poised = [person.poised("/tryon", **photos) for person in people]
        own, other = Processor(process.pid), Processor(discord.serving.thread_id)
        asked = [one.interaction for one in discord.serving.do(lambda: [press() for press in poised])]
        wait(house, lambda: all(one.acknowledged for one in asked), within=60)
        (ran, waited), (ran_other, waited_other) = own.since(), other.since()
        wait(house, lambda: house.desk.queue().queued == 200, within=120)
        (first,) = house.desk.unfinished("discord", 1)
        memory = process.memory_info().rss
    arrived = {int(one.path.split("/")[-3]): one.at for one in discord.requests(CALLBACK)}
    took = sorted(arrived[one.id] - one.created_at for one in asked)
    in_line = waited + waited_other
    print(
        f"median {statistics.median(took):.3f} s, p99 {took[197]:.3f} s, longest {took[-1]:.3f} s, of which"
        f" {in_line:.3f} s in line for a processor; bot {1000 * ran / 200:.2f} ms of it for each, Discord"
        f" {1000 * ran_other / 200:.2f} ms; {memory / MEGABYTE:.0f} MB"
    )
    assert first.submitted_at.timestamp() >= max(arrived.values()), "work begins when all are greeted"
    assert ran + ran_other <= 0.5
    assert took[197] <= 0.5 + in_line
    assert memory <= 140 * MEGABYTE
