"""Reports, decisions and appeals on Discord."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.records import Asker, Job, Person
from tasks.store.store import Store
from tests.bot.discord.kit import GARMENT, PERSON, Server, server
from tests.bot.discord.test_keepsakes import labels, told
from tests.bot.kit import Worker, in_loop
from tests.tasks.kit import Office

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


async def reported(here: Server) -> Job:
    """Ben reports Ada's picture."""
    here.welcome(here.ada)
    await here.tryon()
    job = here.worker.make()
    await here.deliver()
    await here.restart()
    form = await here.ben.click(here.channel.last_message, label="Report ...")
    answer = await here.ben.submit_modal(form, {"why": "that is not her"})
    assert "not told who you are" in told(answer)
    return job


async def docket(here: Server) -> Any:
    shown = await here.mod.slash(here.channel, "mod reports list")
    assert shown.response is not None
    assert shown.response.ephemeral
    return shown.response


async def name_log(here: Server) -> Any:
    log = here.guild.create_text_channel("log")
    await here.mod.slash(here.channel, "mod settings", **{"log-channel": log})
    return log


def chat(here: Server, actor: Any) -> Any:
    """The newest direct message that somebody got."""
    return actor.user.dm_channel.last_message


def left(here: Server) -> int:
    return here.office.desk.quota(Asker("discord", str(here.guild.id), str(here.ada.id))).left


@in_loop
async def test_a_report_is_told_in_the_log_without_the_reporter_and_waits_for_moderators(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        log = await name_log(here)
        job = await reported(here)
        assert log.last_message.content == f"Picture {job.id} was reported. What waits: /mod reports list."
        shown = await docket(here)
        assert "> that is not her" in shown.content
        assert str(here.ben.id) not in shown.content
        assert labels(shown) == [f"{job.id}: remove", f"{job.id}: leave it"]
        own = await here.ada.click(here.channel.last_message, label="Report ...")
        assert "press Delete" in told(await here.ada.submit_modal(own, {"why": "oops"}))
        again = await here.ben.click(here.channel.last_message, label="Report ...")
        assert "already" in told(await here.ben.submit_modal(again, {"why": "oops"}))


@in_loop
async def test_a_removed_picture_is_gone_everywhere_and_its_owner_objects_once(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        log = await name_log(here)
        job = await reported(here)
        shown = await docket(here)
        await here.restart()
        await here.mod.click(shown.message, label=f"{job.id}: remove")
        await here.restart()
        await here.deliver()
        assert here.channel.history() == []
        assert job.result_key not in {stored.key for stored in store.stored()}
        assert "Moderators have removed" in chat(here, here.ada).content
        form = await here.ada.user.click(chat(here, here.ada), label="Object ...")
        assert "you will hear" in told(await here.ada.user.submit_modal(form, {"why": "it is me"}))
        assert "objects" in log.last_message.content
        twice = await here.ada.user.click(chat(here, here.ada), label="Object ...")
        assert "You have objected to this already" in told(twice)
        before = left(here)
        waiting = await docket(here)
        assert "> it is me" in waiting.content
        await here.mod.click(waiting.message, label=f"{job.id}: give one back")
        assert left(here) == before + 1
        await here.deliver()
        assert "you get one picture back" in chat(here, here.ada).content
        assert "Nothing waits" in (await docket(here)).content
        actions = [row.action for row in office.desk.audit("discord")]
        assert actions[:4] == ["appeal_granted", "grant", "report_removed", "remove"]


@in_loop
async def test_nobody_decides_on_peers_or_without_being_a_moderator(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        peer = here.guild.add_member(here.env.create_user("peer"), roles=[here.guild.roles["Mods"]])
        here.welcome(peer)
        await peer.slash(here.channel, "tryon", person=PERSON, garment=GARMENT)
        job = worker.make()
        await here.deliver()
        office.desk.report(Person("discord", str(here.ben.id)), job.id, "no")
        shown = await docket(here)
        answer = await here.mod.click(shown.message, label=f"{job.id}: remove")
        assert "rank is below yours" in answer.followups[0].content
        assert office.desk.job(job.id).error_code is None


@in_loop
async def test_a_community_keeps_pictures_for_less_time_and_the_terms_say_so(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        changed = await here.mod.slash(here.channel, "mod settings", retention=2)
        assert "changed" in told(changed)
        terms = (await here.tryon()).followups[0]
        assert "Pictures are deleted after 2 hours." in terms.content
        too_long = await here.mod.slash(here.channel, "mod settings", retention=25)
        assert "Choose fewer hours" in told(too_long)
        assert "Hours for which pictures are kept: 2" in told(
            await here.mod.slash(here.channel, "mod settings")
        )
        await here.mod.slash(here.channel, "mod settings", default="result_hours")
        assert "after 24 hours" in (await here.tryon()).followups[0].content
