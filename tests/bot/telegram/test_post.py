"""Answers reach their members whatever happens on the way."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from tasks.db.engine import writing
from tasks.db.work import jobs
from tests.bot.telegram.kit import ME, SHIRT, Here, album, on_both

pytestmark = on_both


def _undeliver(here: Here, job_id: int) -> None:
    """As it is where the bot died before it could say that it was delivered."""
    with writing(here.office.engine) as connection:
        connection.execute(update(jobs).where(jobs.c.id == job_id).values(delivered_at=None))


def _delivered(here: Here) -> bool:
    return all(job.delivered_at is not None for job in here.jobs(here.ada))


def test_an_answer_after_a_crash_is_the_same_message_once(here: Here) -> None:
    here.welcome(here.ada)
    with here.alive():
        here.made_for(album(here.ada)[-1], here.ada)
        here.server.wait(lambda: _delivered(here))
    _undeliver(here, 1)
    with here.alive():
        here.server.wait(lambda: _delivered(here))
    assert len(here.bots(here.ada.private)) == 1


def test_a_picture_whose_placeholder_is_gone_is_sent_anew(here: Here) -> None:
    here.welcome(here.ada)
    with here.alive():
        asked = album(here.ada)[-1]
        here.wait_for_job(here.ada)
        placeholder = here.server.answer_to(asked)
        here.server.serving.do(lambda: setattr(placeholder, "deleted", True))
        here.server.serving.do(lambda: placeholder.chat.messages.remove(placeholder))
        here.worker.make()
        here.server.wait(lambda: here.bots(here.ada.private), what="a new message")
        here.server.wait(lambda: _delivered(here))
    (answer,) = here.bots(here.ada.private)
    assert answer.photo


def test_a_picture_for_a_group_that_put_the_bot_out_comes_to_the_member(here: Here) -> None:
    here.welcome(here.ada)
    group = here.server.add_group("Atelier", here.ada, here.ben)
    with here.alive():
        first = here.ada.sends_photo(ME, group)
        here.ada.sends_photo(SHIRT, group, caption="/tryon", reply_to=first)
        here.wait_for_job(here.ada)
        here.server.serving.do(lambda: group.members.update({here.server.world.bot: "kicked"}))
        here.worker.make()
        here.server.wait(lambda: _delivered(here), 10)
    assert here.bots(here.ada.private)[-1].photo


def test_who_has_blocked_the_bot_gets_no_answer_and_nobody_waits_for_it(here: Here) -> None:
    here.welcome(here.ada)
    with here.alive():
        album(here.ada)
        here.wait_for_job(here.ada)
        here.ada.blocks_bot()
        here.worker.make()
        here.server.wait(lambda: _delivered(here), 10)


def test_it_waits_as_long_as_telegram_says(here: Here) -> None:
    here.welcome(here.ada)
    with here.alive():
        album(here.ada)
        here.wait_for_job(here.ada)
        here.server.limits.per_chat = (1, 1.0)
        here.worker.make()
        here.server.wait(lambda: _delivered(here), 10)
    assert here.server.limits.disobeyed == []
    assert len(here.bots(here.ada.private)) == 1


def test_a_lost_confirmation_makes_no_second_picture(here: Here) -> None:
    here.welcome(here.ada)
    with here.alive():
        asked = album(here.ada)[-1]
        here.wait_for_job(here.ada)
        here.server.fail_next("editMessageMedia", 500, done=True)
        here.worker.make()
        here.server.wait(lambda: _delivered(here), 10)
        here.wait_for_photo(here.server.answer_to(asked))
    assert len(here.bots(here.ada.private)) == 1


def test_the_token_is_in_no_log(here: Here, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with here.alive():
        asked = here.ada.sends("/help")
        here.server.answer_to(asked)
    assert here.server.token not in caplog.text
