"""The buttons under a message: whoever may press them, before and after a restart."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.records import Job, Person
from tasks.store.store import Store
from tests.bot.discord.kit import Server, server
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
async def test_a_stranger_opens_no_form(office: Office, store: Store, worker: Worker) -> None:
    async with server(office, store, worker) as here:
        message = await first_picture(here)
        answer = await here.ben.click(message, label="Settings ...")
        told = answer.response
        assert told is not None
        assert told.ephemeral
        assert told.content.startswith("This picture is somebody else's.")


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
