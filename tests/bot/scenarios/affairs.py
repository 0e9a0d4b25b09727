"""A member's own affairs: what is left, what waits, what is kept, and being forgotten."""

from __future__ import annotations

import io
from zipfile import ZipFile

import pytest

from bot.core.affairs import Export, MemberStanding, Waiting
from bot.core.member_texts import (
    agreed_text,
    export_text,
    forget_question,
    forgotten_text,
    help_text,
    inputs_text,
    privacy_text,
    queue_text,
    quota_text,
    revoked_text,
    waiting_text,
    wardrobe_text,
)
from tasks.errors import UnknownPerson
from tasks.keeping.forget import ForgottenPerson
from tasks.records import JobState
from tests.bot.scenarios.stage import ADA, BEN, SHIRT, Stage
from tests.bot.scenarios.words import just, refused, say

DRESS = "Summer dress"


def what_is_left_is_told(stage: Stage) -> None:
    stage.agreed(ADA)
    stage.asks(ADA)
    stage.hears_of_job(ADA)
    stage.says(ADA, "quota")
    mine = stage.desk.quota(stage.asker(ADA))
    assert (mine.left, mine.used) == (9, 1)
    stage.hears(ADA, lambda tongue: quota_text(tongue, mine))


def the_queue_and_ones_own_place_in_it_are_told(stage: Stage) -> None:
    stage.agreed(ADA, BEN)
    stage.asks(ADA)
    stage.hears_of_job(ADA)
    stage.asks(BEN)
    job = stage.wait_for_jobs(BEN, 1)
    stage.says(BEN, "queue")
    stage.hears(BEN, lambda tongue: queue_text(tongue, stage.desk.queue()))
    ready = stage.desk.estimate(job.id)
    assert ready.position == 1
    stage.hears(BEN, lambda tongue: waiting_text(tongue, Waiting(job, 1, None)).removesuffix("."))


def help_names_what_there_is(stage: Stage) -> None:
    stage.says(ADA, "help")
    seen = stage.hears(ADA, lambda tongue: help_text(tongue).splitlines()[0])
    for line in help_text(stage.tongue).splitlines():
        assert line.replace("**", "").replace("`", "") in seen.text.replace("**", "").replace("`", "")


def consent_is_given_taken_back_and_given_again(stage: Stage) -> None:
    stage.says(ADA, "privacy")
    stage.hears(ADA, lambda tongue: privacy_text(tongue, stage.settings, MemberStanding(False, False)))
    stage.agrees(ADA)
    stage.hears(ADA, lambda tongue: agreed_text(tongue, goes_on=False))
    stage.asks(ADA)
    job = stage.hears_of_job(ADA)
    stage.says(ADA, "privacy")
    stage.hears(ADA, lambda tongue: privacy_text(tongue, stage.settings, MemberStanding(True, False)))
    stage.presses(ADA, "Take consent back")
    stage.hears(ADA, lambda tongue: revoked_text(tongue, 1))
    assert stage.desk.job(job.id).state is JobState.CANCELLED
    stage.asks(ADA)
    stage.agrees(ADA, "keep")
    stage.hears(ADA, lambda tongue: agreed_text(tongue, goes_on=True))
    stage.hears_of_job(ADA)
    assert stage.desk.person(stage.people[ADA]).keep_inputs


def keeping_photos_is_decided_anew(stage: Stage) -> None:
    stage.agreed(ADA)
    stage.asks_and_waits(ADA)
    stage.says(ADA, "privacy")
    stage.presses(ADA, "Delete my photos at once")
    stage.hears(ADA, lambda tongue: inputs_text(tongue, stage.settings, keep=False))
    stage.presses(ADA, "Again")
    stage.hears(ADA, refused("picture_missing"))
    stage.says(ADA, "privacy")
    stage.presses(ADA, "Keep my photos for another go")
    stage.hears(ADA, lambda tongue: inputs_text(tongue, stage.settings, keep=True))


def a_saved_photo_makes_one_photo_enough_until_it_is_deleted(stage: Stage) -> None:
    stage.agreed(ADA)
    stage.saves_photo(ADA)
    stage.until(lambda: stage.desk.saved_photos(stage.people[ADA]), "the photo to be saved")
    stage.asks(ADA, person=None)
    job = stage.hears_of_job(ADA)
    (saved,) = stage.desk.saved_photos(stage.people[ADA])
    assert job.request.source_key == saved.key
    stage.says(ADA, "me")
    stage.presses(ADA, "Delete")
    stage.hears(ADA, say("Your photo is deleted."))
    assert not stage.desk.saved_photos(stage.people[ADA])


def nothing_is_saved_before_the_terms_are_agreed_to(stage: Stage) -> None:
    stage.saves_photo(ADA)
    stage.agrees(ADA)
    stage.until(lambda: stage.desk.saved_photos(stage.people[ADA]), "it goes on by itself")
    stage.hangs(BEN, DRESS)
    stage.agrees(BEN)
    stage.until(lambda: stage.desk.wardrobe(stage.people[BEN]), "it goes on by itself")


def a_wardrobe_is_filled_worn_and_emptied(stage: Stage) -> None:
    stage.agreed(ADA)
    ada = stage.people[ADA]
    stage.hangs(ADA, DRESS)
    stage.until(lambda: stage.desk.wardrobe(ada), "the garment to hang there")
    (dress,) = stage.desk.wardrobe(ada)
    assert (dress.name, dress.garment_type) == (DRESS, "dresses")
    stage.hangs(ADA, DRESS)
    stage.hears(ADA, refused("name_taken"))
    stage.says(ADA, "wardrobe")
    stage.hears(ADA, lambda tongue: wardrobe_text(tongue, [dress]))
    stage.wears(ADA, DRESS)
    job = stage.hears_of_job(ADA)
    assert (job.request.reference_key, job.request.garment_type) == (dress.key, "dresses")
    stage.takes_out(ADA, DRESS)
    stage.until(lambda: not stage.desk.wardrobe(ada), "the garment to go")
    stage.says(ADA, "wardrobe")
    stage.hears(ADA, lambda tongue: wardrobe_text(tongue, []))
    stage.wears(ADA, DRESS)
    stage.hears(ADA, refused("unknown_item"))


def the_garment_of_a_picture_goes_into_the_wardrobe(stage: Stage) -> None:
    stage.agreed(ADA)
    stage.asks_and_waits(ADA)
    stage.keeps_garment(ADA, "Summer top")
    stage.until(lambda: stage.desk.wardrobe(stage.people[ADA]), "the garment to hang there")
    (garment,) = stage.desk.wardrobe(stage.people[ADA])
    account = stage.desk.known_account(stage.people[ADA])
    assert stage.store.get(account, garment.key) == SHIRT.data


def everything_that_is_kept_is_given_out_to_its_owner(stage: Stage) -> None:
    stage.agreed(ADA)
    stage.asks_and_waits(ADA)
    stage.says(ADA, "export")
    given = stage.hears(ADA, lambda tongue: export_text(tongue, Export(b"", 3, complete=True)), public=False)
    (file,) = given.files
    assert len([name for name in ZipFile(io.BytesIO(file)).namelist() if "pictures/" in name]) == 3


def whoever_wants_it_is_forgotten(stage: Stage) -> None:
    stage.agreed(ADA)
    stage.asks_and_waits(ADA)
    stage.says(ADA, "forget")
    stage.hears(ADA, forget_question)
    stage.presses(ADA, "Delete everything")
    done = ForgottenPerson(pictures=3, rows={"jobs": 1, "consents": 1})
    for line in forgotten_text(stage.tongue, done).splitlines():
        if line != "• " + stage.tongue.count("one other entry", "{number} other entries", 0):
            stage.hears(ADA, just(line))
    assert not stage.stored(ADA)
    with pytest.raises(UnknownPerson):
        stage.desk.person(stage.people[ADA])
