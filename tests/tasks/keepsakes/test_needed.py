"""Which pictures something still needs, as time passes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import insert

from tasks.db.engine import writing
from tasks.db.people import saved_photos, wardrobe_items
from tasks.errors import RetentionTooLong
from tasks.records import Asker, Job
from tests.tasks.kit import ADA, BEN, Office, picture_key, result_of


def keys_of(job: Job) -> list[str]:
    return [job.request.source_key, job.request.reference_key]


@pytest.fixture
def asked(office: Office) -> Office:
    office.welcome(ADA, BEN)
    return office


def test_a_jobs_pictures_are_needed_until_it_ends_and_its_result_for_a_day_from_then(asked: Office) -> None:
    job = asked.submit(ADA)
    keys = keys_of(job)
    assert asked.desk.needed_keys(keys) == set(keys)
    claim = asked.claim()
    assert asked.desk.needed_keys(keys) == set(keys)
    result = result_of(claim)
    assert asked.desk.needed_keys([result]) == set()
    asked.clock.pass_time(hours=5)
    asked.desk.succeed(claim.token, result)
    assert asked.desk.needed_keys([*keys, result]) == {result}
    asked.clock.pass_time(hours=23, minutes=59)
    assert asked.desk.needed_keys([result]) == {result}
    asked.clock.pass_time(minutes=2)
    assert asked.desk.needed_keys([result]) == set()
    patient = asked.with_settings(result_hours=48)
    assert patient.desk.needed_keys([result]) == {result}


def test_what_a_picture_was_made_of_is_needed_for_another_go_if_its_member_chose_so(asked: Office) -> None:
    asked.desk.choose_inputs(ADA.person, keep=True)
    kept, dropped = asked.make_picture(ADA), asked.make_picture(BEN)
    assert asked.desk.needed_keys(keys_of(kept) + keys_of(dropped)) == set(keys_of(kept))
    asked.clock.pass_time(minutes=59)
    assert asked.desk.needed_keys(keys_of(kept)) == set(keys_of(kept))
    asked.clock.pass_time(minutes=2)
    assert asked.desk.needed_keys(keys_of(kept)) == set()


def test_where_the_operator_offers_no_choice_nothing_is_kept(asked: Office) -> None:
    asked = asked.with_settings(input_minutes=0)
    asked.desk.choose_inputs(ADA.person, keep=True)
    assert asked.desk.needed_keys(keys_of(asked.make_picture(ADA))) == set()


def test_the_choice_is_made_anew_and_goes_with_consent(asked: Office) -> None:
    asked.desk.give_consent(ADA.person, keep_inputs=True)
    keys = keys_of(asked.make_picture(ADA))
    assert asked.desk.needed_keys(keys) == set(keys)
    asked.desk.revoke_consent(ADA.person)
    assert asked.desk.needed_keys(keys) == set()
    asked.desk.give_consent(ADA.person)
    assert not asked.desk.person(ADA.person).keep_inputs


def test_what_a_removed_picture_was_made_of_is_not_needed(asked: Office) -> None:
    asked.desk.choose_inputs(ADA.person, keep=True)
    made = asked.make_picture(ADA)
    asked.desk.remove_job(None, made.id)
    assert asked.desk.needed_keys(keys_of(made)) == set()


def test_a_community_keeps_results_and_what_they_were_made_of_for_less_time_but_never_for_more(
    asked: Office,
) -> None:
    asked = asked.with_settings(result_hours=3, input_minutes=1000)
    asked.desk.choose_inputs(ADA.person, keep=True)
    asked.desk.configure(None, ADA.place, {"result_hours": 2})
    with pytest.raises(RetentionTooLong):
        asked.desk.configure(None, ADA.place, {"result_hours": 4})
    here, elsewhere = asked.make_picture(ADA), asked.make_picture(replace(ADA, community="elsewhere"))
    assert here.result_key is not None
    assert elsewhere.result_key is not None
    keys = {here.result_key, *keys_of(here), elsewhere.result_key}
    asked.clock.pass_time(hours=1, minutes=59)
    assert asked.desk.needed_keys(keys) == keys
    asked.clock.pass_time(minutes=2)
    assert asked.desk.needed_keys(keys) == {elsewhere.result_key}
    shorter = asked.with_settings(result_hours=1)
    assert shorter.desk.needed_keys(keys) == set()


def test_a_job_that_failed_or_was_cancelled_needs_nothing_more(asked: Office) -> None:
    failed, cancelled = asked.submit(ADA), asked.submit(BEN)
    asked.desk.fail(asked.claim().token, "oops")
    asked.desk.cancel(cancelled.id, BEN.person)
    assert asked.desk.needed_keys(keys_of(failed) + keys_of(cancelled)) == set()


def test_a_job_that_is_to_be_tried_again_still_needs_its_pictures(asked: Office) -> None:
    job = asked.submit(ADA)
    asked.claim()
    asked.clock.pass_time(minutes=5)
    asked.desk.sweep()
    assert asked.desk.needed_keys(keys_of(job)) == set(keys_of(job))


def test_a_result_that_was_removed_is_not_needed(asked: Office) -> None:
    made = asked.make_picture(ADA)
    assert made.result_key is not None
    asked.desk.remove_job(None, made.id)
    assert asked.desk.needed_keys([made.result_key]) == set()


def test_a_picture_that_another_job_reads_is_needed_although_the_first_job_ended(asked: Office) -> None:
    photo = picture_key(1, "my photo")
    asked.make_picture(ADA)
    asked.submit(ADA, source_key=photo)
    asked.desk.fail(asked.claim().token, "oops")
    asked.submit(ADA, source_key=photo)
    assert asked.desk.needed_keys([photo]) == {photo}


def test_what_is_saved_is_needed_for_good(asked: Office) -> None:
    photo, dress = picture_key(1, "photo"), picture_key(1, "dress")
    kept = {"account_id": 1, "name": "best", "created_at": asked.clock()}
    with writing(asked.engine) as connection:
        connection.execute(insert(saved_photos).values(store_key=photo, **kept))
        connection.execute(insert(wardrobe_items).values(store_key=dress, garment_type="dresses", **kept))
    asked.clock.pass_time(days=1000)
    assert asked.desk.needed_keys([photo, dress]) == {photo, dress}


def test_what_nobody_needs_and_what_is_no_key_is_not_needed(asked: Office) -> None:
    assert asked.desk.needed_keys([]) == set()
    assert asked.desk.needed_keys([picture_key(1, "?"), picture_key(99, "?"), "", "../x"]) == set()


def test_keys_of_many_owners_are_looked_up_together(asked: Office) -> None:
    crowd = [Asker("discord", "guild", f"user {number}") for number in range(20)]
    asked.welcome(*crowd)
    keys = [key for asker in crowd for key in keys_of(asked.submit(asker))]
    assert asked.desk.needed_keys([*keys, picture_key(1, "?")]) == set(keys)
