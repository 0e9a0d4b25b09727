"""What goes wrong is said in a sentence, and costs nothing."""

from __future__ import annotations

from bot.core.member_texts import quota_text
from tasks.records import Place
from tests.bot.scenarios.stage import ADA, BEN, ME, MOD, SHIRT, Stage
from tests.bot.scenarios.words import refused
from tests.standins.files import File


def a_photo_on_which_nobody_is_found_says_so(stage: Stage) -> None:
    stage.agreed(ADA)
    before = stage.left(ADA)
    stage.asks(ADA)
    job = stage.hears_of_job(ADA)
    stage.cannot_make("person_not_found")
    answer = stage.hears_how_it_ended(ADA, job, "person_not_found")
    assert answer.labels == ()
    assert stage.left(ADA) == before


def a_fault_of_ours_gives_a_number(stage: Stage) -> None:
    stage.agreed(ADA)
    stage.asks(ADA)
    job = stage.hears_of_job(ADA)
    stage.cannot_make("engine_failed")
    answer = stage.hears_how_it_ended(ADA, job, "engine_failed")
    assert "engine" not in answer.text


def a_file_that_is_no_photo_is_not_taken_in(stage: Stage) -> None:
    stage.agreed(ADA)
    stage.asks(ADA, garment=File("shirt.jpg", b"hello"))
    stage.hears(ADA, refused("picture_unreadable"))
    assert stage.jobs(ADA) == 0
    assert not stage.stored(ADA)


def a_file_that_is_too_large_is_refused(stage: Stage) -> None:
    stage.agreed(ADA)
    stage.asks(ADA, garment=File("shirt.jpg", SHIRT.data + bytes(1_000_000)))
    stage.hears(ADA, refused("picture_too_large"))
    assert not stage.stored(ADA)


def whoever_has_used_up_their_pictures_hears_when_there_are_new_ones(stage: Stage) -> None:
    stage.agreed(ADA)
    stage.orders(MOD, "quota set", ADA, limit=1)
    stage.until(lambda: stage.left(ADA) == 1, "the limit")
    stage.asks_and_waits(ADA)
    stage.asks(ADA)
    stage.hears(ADA, refused("quota_exceeded", later=True))
    assert stage.jobs(ADA) == 1
    stage.says(ADA, "quota")
    mine = stage.desk.quota(stage.asker(ADA))
    assert (mine.left, mine.used, mine.limit) == (0, 1, 1)
    stage.hears(ADA, lambda tongue: quota_text(tongue, mine))


def a_strangers_presses_change_nothing(stage: Stage) -> None:
    stage.agreed(ADA, BEN)
    job = stage.asks_and_waits(ADA)
    for label in ("Again", "Repaint on", "Compare", "Original size", "Delete"):
        stage.presses(BEN, label)
        stage.hears(BEN, refused("not_owner"), public=False)
    assert stage.jobs(ADA) == 1
    assert stage.jobs(BEN) == 0
    assert len(stage.pictures()) == 1
    assert stage.desk.job(job.id).error_code is None


def two_photos_in_a_private_chat_are_no_communitys_matter(stage: Stage) -> None:
    stage.agreed(ADA)
    stage.asks_alone(ADA)
    job = stage.hears_of_job(ADA)
    stage.makes()
    answer = stage.hears_how_it_ended(ADA, job)
    assert not answer.public
    assert job.asker.place == Place(stage.platform.name, f"user:{stage.people[ADA].user}")
    stage.orders(MOD, "jobs remove", number=job.id)
    stage.hears(MOD, refused("not_owner"))
    assert stage.desk.job(job.id).error_code is None
    assert ME.data not in [file for one in stage.look(BEN) for file in one.files]
