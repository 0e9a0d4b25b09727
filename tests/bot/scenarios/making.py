"""From the request to the picture, and what can be done with it."""

from __future__ import annotations

from bot.core.asking import seed_of
from bot.core.member_texts import agreed_text, declined_text, history_text
from bot.core.terms import terms
from tasks.records import Control, JobState
from tests.bot.scenarios.stage import ADA, BEN, ME, SHIRT, Stage
from tests.bot.scenarios.words import refused, say


def a_picture_is_made_once_the_terms_are_agreed_to(stage: Stage) -> None:
    stage.asks(ADA)
    stage.hears(ADA, lambda tongue: terms(tongue, stage.settings))
    assert not stage.stored(ADA), "no photo is taken in before"
    stage.agrees(ADA)
    stage.hears(ADA, lambda tongue: agreed_text(tongue, goes_on=True))
    job = stage.hears_of_job(ADA)
    placeholder = stage.hears(BEN, say("Your picture is next."), public=True)
    stage.makes()
    answer = stage.hears_how_it_ended(BEN, job)
    assert answer.key == placeholder.key, "one message lives from the request to the picture"
    assert len(answer.files) == 1
    assert answer.public


def nothing_is_kept_of_whoever_does_not_agree(stage: Stage) -> None:
    stage.asks(ADA)
    stage.hears(ADA, lambda tongue: terms(tongue, stage.settings))
    stage.agrees(ADA, "no")
    stage.hears(ADA, declined_text)
    assert not stage.stored(ADA)
    assert stage.jobs(ADA) == 0


def what_was_asked_for_goes_on_when_the_terms_are_agreed_to_after_a_restart(stage: Stage) -> None:
    stage.asks(ADA)
    stage.hears(ADA, lambda tongue: terms(tongue, stage.settings))
    stage.restarts()
    stage.agrees(ADA)
    stage.hears(ADA, lambda tongue: agreed_text(tongue, goes_on=True))
    job = stage.hears_of_job(ADA)
    stage.makes()
    stage.hears_how_it_ended(ADA, job)


def a_restart_on_the_way_loses_nothing_and_the_buttons_live_on(stage: Stage) -> None:
    stage.agreed(ADA)
    stage.asks(ADA)
    job = stage.hears_of_job(ADA)
    (placeholder,) = [one for one in stage.look(ADA) if one.public]
    stage.restarts(stage.worker.make)
    answer = stage.hears_how_it_ended(ADA, job)
    assert answer.key == placeholder.key
    stage.restarts()
    stage.presses(ADA, "Delete")
    stage.goes(ADA, answer)
    assert [one for one in stage.look(ADA) if one.public] == []


def a_waiting_picture_is_cancelled_and_costs_nothing(stage: Stage) -> None:
    stage.agreed(ADA)
    before = stage.left(ADA)
    stage.asks(ADA)
    job = stage.hears_of_job(ADA)
    stage.presses(ADA, "Cancel")
    answer = stage.hears(ADA, say("Cancelled. It cost you nothing."))
    assert answer.labels == ()
    assert stage.desk.job(job.id).state is JobState.CANCELLED
    assert stage.left(ADA) == before


def a_picture_is_made_again_with_another_seed(stage: Stage) -> None:
    stage.agreed(ADA)
    first = stage.asks_and_waits(ADA)
    stage.presses(ADA, "Again")
    second = stage.wait_for_jobs(ADA, 2)
    assert second.request.parent_id == first.id
    assert seed_of(second) != seed_of(first)
    stage.makes()
    stage.hears_how_it_ended(ADA, second)
    assert len(stage.pictures()) == 2


def repainting_is_switched_with_the_same_seed(stage: Stage) -> None:
    stage.agreed(ADA)
    first = stage.asks_and_waits(ADA)
    stage.presses(ADA, "Repaint on")
    second = stage.wait_for_jobs(ADA, 2)
    assert second.request.options["repaint"] is True
    assert seed_of(second) == seed_of(first)
    stage.makes()
    stage.hears_how_it_ended(ADA, second)
    stage.presses(ADA, "Repaint off")
    assert stage.wait_for_jobs(ADA, 3).request.options["repaint"] is False


def another_garment_type_is_chosen_under_the_picture(stage: Stage) -> None:
    stage.agreed(ADA)
    first = stage.asks_and_waits(ADA)
    assert first.request.garment_type == "upper_body"
    stage.picks_type(ADA, "dresses")
    second = stage.wait_for_jobs(ADA, 2)
    assert second.request.garment_type == "dresses"
    assert seed_of(second) == seed_of(first)


def photos_and_picture_are_compared_by_their_owner_alone(stage: Stage) -> None:
    stage.agreed(ADA)
    stage.asks_and_waits(ADA)
    stage.presses(ADA, "Compare")
    stage.hears(ADA, say("Your photo, the garment, and the picture that was made by AI."), public=False)
    stage.until(lambda: _files_alone(stage) >= {ME.data, SHIRT.data, stage.worker.picture}, "three files")
    assert len(stage.pictures()) == 1


def the_file_as_it_was_made_is_for_its_owner(stage: Stage) -> None:
    stage.agreed(ADA)
    stage.asks_and_waits(ADA)
    stage.presses(ADA, "Original size")
    sent = stage.hears(ADA, say("The file as it was made."), public=False)
    assert sent.files == (stage.worker.picture,)


def a_picture_is_deleted_everywhere(stage: Stage) -> None:
    stage.agreed(ADA)
    job = stage.asks_and_waits(ADA)
    (answer,) = stage.pictures()
    stage.presses(ADA, "Delete")
    stage.goes(BEN, answer)
    assert stage.desk.job(job.id).error_code == "removed"
    assert not [key for key in stage.stored(ADA) if key == stage.desk.job(job.id).result_key]
    stage.says(ADA, "history", job.id)
    stage.hears(ADA, refused("picture_gone"))


def without_keeping_photos_there_is_no_other_go(stage: Stage) -> None:
    stage.agreed(ADA, keep=False)
    stage.asks_and_waits(ADA)
    (answer,) = stage.pictures()
    needs_photos = {stage.tongue.say(label) for label in ("Again", "Compare", "Save garment ...")}
    assert needs_photos.isdisjoint(answer.labels)
    assert stage.tongue.say("Delete") in answer.labels


def what_was_made_is_listed_and_shown_again_to_its_owner(stage: Stage) -> None:
    stage.agreed(ADA, BEN)
    stage.says(ADA, "history")
    stage.hears(ADA, lambda tongue: history_text(tongue, []))
    job = stage.asks_and_waits(ADA)
    stage.says(ADA, "history")
    stage.hears(ADA, lambda tongue: history_text(tongue, [stage.desk.job(job.id)]))
    stage.says(ADA, "history", job.id)
    shown = stage.hears_how_it_ended(ADA, job)
    assert not shown.public
    assert len(shown.files) == 1
    stage.says(BEN, "history", job.id)
    stage.hears(BEN, refused("not_owner"))
    (answer,) = stage.pictures()
    stage.community.presses(ADA, shown, stage.tongue.say("Delete"))
    stage.goes(ADA, shown)
    stage.goes(BEN, answer)


def a_pose_is_taken_from_the_second_photo(stage: Stage) -> None:
    stage.agreed(ADA)
    stage.asks_for_pose(ADA, SHIRT)
    stage.hears_of_job(ADA)
    request = stage.job(ADA).request
    assert request.control is Control.POSE
    account = stage.desk.known_account(stage.people[ADA])
    assert stage.store.get(account, request.reference_key) == ME.data, "the person"
    assert stage.store.get(account, request.source_key) == SHIRT.data


def _files_alone(stage: Stage) -> set[bytes]:
    """What only she was given."""
    return {file for one in stage.community.sees(ADA) if not one.public for file in one.files}
