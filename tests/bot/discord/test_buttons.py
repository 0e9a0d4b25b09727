"""The buttons under a message: whoever may press them, before and after a restart."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.asking import seed_of
from tasks.records import Job, JobState, Person
from tasks.store.store import Store
from tests.bot.discord.kit import GARMENT, PERSON, Server, server
from tests.bot.kit import Worker, in_loop
from tests.tasks.kit import Office

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def jobs_of(here: Server, actor: Any) -> list[Job]:
    """Newest first."""
    return list(here.office.desk.history(Person("discord", str(actor.id))))


async def first_picture(here: Server, **options: Any) -> Any:
    """Ada's; its message."""
    here.welcome(here.ada, here.ben)
    await here.tryon(seed=7, **options)
    here.worker.make()
    await here.deliver()
    return here.channel.history(viewer=here.ada)[-1]


@pytest.mark.parametrize("restarted", [False, True], ids=["", "after a restart"])
@in_loop
async def test_again_makes_another_with_a_new_seed(
    office: Office, store: Store, worker: Worker, restarted: bool
) -> None:
    async with server(office, store, worker) as here:
        message = await first_picture(here)
        if restarted:
            await here.restart()
        await here.ada.click(message, label="Again")
        newest, oldest = jobs_of(here, here.ada)
        assert newest.request.parent_id == oldest.id
        assert seed_of(newest) != 7
        worker.make()
        await here.deliver()
        assert len(here.channel.history()) == 2


@in_loop
async def test_repaint_is_switched_with_the_same_seed(office: Office, store: Store, worker: Worker) -> None:
    async with server(office, store, worker) as here:
        message = await first_picture(here)
        await here.ada.click(message, label="Repaint on")
        newest = jobs_of(here, here.ada)[0]
        assert newest.request.options["repaint"] is True
        assert seed_of(newest) == 7
        worker.make()
        await here.deliver()
        await here.ada.click(here.channel.last_message, label="Repaint off")
        assert jobs_of(here, here.ada)[0].request.options["repaint"] is False


@in_loop
async def test_another_garment_type_is_chosen_from_a_list(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        message = await first_picture(here)
        await here.restart()
        await here.ada.select(message, ["dresses"])
        newest = jobs_of(here, here.ada)[0]
        assert newest.request.garment_type == "dresses"
        assert seed_of(newest) == 7


@in_loop
async def test_settings_are_a_form_filled_in_with_what_was(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        message = await first_picture(here)
        shown = await here.ada.click(message, label="Settings ...")
        await here.ada.submit_modal(
            shown, {"seed": "99", "guidance": "3,5", "repaint": ["on"], "type": ["lower_body"]}
        )
        newest = jobs_of(here, here.ada)[0]
        assert newest.request.garment_type == "lower_body"
        assert newest.request.options == {"seed": 99, "guidance_scale": 3.5, "repaint": True}


@pytest.mark.parametrize(
    ("values", "said"),
    [({"seed": "many"}, "seed"), ({"seed": "9999999999"}, "seed"), ({"guidance": "nan"}, "values")],
)
@in_loop
async def test_a_form_with_nonsense_is_refused_in_words(
    office: Office, store: Store, worker: Worker, values: dict[str, str], said: str
) -> None:
    async with server(office, store, worker) as here:
        message = await first_picture(here)
        shown = await here.ada.click(message, label="Settings ...")
        form = {"seed": "1", "guidance": "2.5", "repaint": ["off"], "type": ["upper_body"], **values}
        answer = await here.ada.submit_modal(shown, form)
        told = answer.response or answer.followups[0]
        assert told.ephemeral
        assert said in told.content
        assert len(jobs_of(here, here.ada)) == 1


@in_loop
async def test_person_garment_and_picture_are_compared_for_the_owner_alone(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        message = await first_picture(here)
        compared = await here.ada.click(message, label="Compare")
        assert compared.response is not None
        assert compared.response.ephemeral
        files = [await file.read() for file in compared.response.attachments]
        assert files == [PERSON[1], GARMENT[1], worker.picture]


@in_loop
async def test_the_file_as_it_was_made(office: Office, store: Store, worker: Worker) -> None:
    async with server(office, store, worker) as here:
        message = await first_picture(here)
        sent = await here.ada.click(message, label="Original size")
        assert sent.response is not None
        (file,) = sent.response.attachments
        assert await file.read() == worker.picture


@in_loop
async def test_cancel_ends_a_queued_job_and_its_message_says_so(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        here.welcome(here.ada)
        await here.tryon()
        await here.deliver()
        await here.restart()
        await here.ada.click(here.channel.last_message, label="Cancel")
        await here.deliver()
        assert here.channel.last_message.content == "Cancelled. It cost you nothing."
        (job,) = jobs_of(here, here.ada)
        assert job.state is JobState.CANCELLED


@in_loop
async def test_delete_takes_message_and_picture_away(office: Office, store: Store, worker: Worker) -> None:
    async with server(office, store, worker) as here:
        message = await first_picture(here)
        (job,) = jobs_of(here, here.ada)
        await here.ada.click(message, label="Delete")
        assert here.channel.history() == []
        assert job.result_key is not None
        assert job.result_key not in {stored.key for stored in store.stored()}
        assert jobs_of(here, here.ada)[0].error_code == "removed"


@pytest.mark.parametrize(
    "label", ["Again", "Settings ...", "Repaint on", "Compare", "Original size", "Delete"]
)
@in_loop
async def test_a_stranger_presses_in_vain(office: Office, store: Store, worker: Worker, label: str) -> None:
    async with server(office, store, worker) as here:
        message = await first_picture(here)
        answer = await here.ben.click(message, label=label)
        told = answer.response if label not in ("Delete",) else answer.followups[0]
        assert told is not None
        assert told.ephemeral
        assert told.content.startswith("This picture is somebody else's.")
        assert len(jobs_of(here, here.ada)) == 1
        assert len(here.channel.history(viewer=here.ada)) == 1


@pytest.mark.parametrize("label", ["Again", "Compare"])
@in_loop
async def test_not_even_a_moderator_sees_a_members_photos(
    office: Office, store: Store, worker: Worker, label: str
) -> None:
    async with server(office, store, worker) as here:
        message = await first_picture(here)
        answer = await here.mod.click(message, label=label)
        assert answer.response is not None
        assert answer.response.content.startswith("This picture is somebody else's.")


@in_loop
async def test_a_moderator_cancels_and_deletes_what_is_of_members_below(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        message = await first_picture(here)
        await here.mod.click(message, label="Delete")
        assert here.channel.history() == []
        await here.tryon()
        await here.deliver()
        await here.mod.click(here.channel.last_message, label="Cancel")
        assert jobs_of(here, here.ada)[0].state is JobState.CANCELLED
        actions = [row.action for row in office.desk.audit("discord")]
        assert actions == ["cancel", "remove"]


@in_loop
async def test_a_moderator_touches_nothing_of_another_moderator(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        peer = here.guild.add_member(here.env.create_user("peer"), roles=[here.guild.roles["Mods"]])
        here.welcome(peer)
        await peer.slash(here.channel, "tryon", person=PERSON, garment=GARMENT)
        worker.make()
        await here.deliver()
        answer = await here.mod.click(here.channel.last_message, label="Delete")
        assert "rank is below yours" in answer.followups[0].content
        assert len(here.channel.history()) == 1


@in_loop
async def test_photos_that_are_not_kept_any_longer_cannot_be_used_again(
    office: Office, store: Store, worker: Worker
) -> None:
    async with server(office, store, worker) as here:
        message = await first_picture(here)
        for key in (jobs_of(here, here.ada)[0].request.source_key,):
            store.delete(key)
        answer = await here.ada.click(message, label="Again")
        (told,) = answer.followups
        assert told.ephemeral
        assert "not kept any longer" in told.content
        assert len(here.channel.history(viewer=here.ben)) == 1
