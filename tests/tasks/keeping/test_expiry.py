"""When pictures go: a job's at its end, results after a day, what nobody asked for after an hour."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from tasks.db.drafts import drafts
from tasks.desk import Desk
from tasks.errors import PictureMissing
from tasks.keeping import expiry
from tasks.keeping.expiry import drop_inputs, sweep_store
from tasks.records import Draft, JobState
from tests.tasks.keeping.kit import GRACE, Studio, inputs_of
from tests.tasks.kit import ADA, BEN, request, together

REQUESTS = 15  # one after another, in the test of the race


def test_a_jobs_pictures_go_when_it_ends_and_its_result_stays_for_a_day(studio: Studio) -> None:
    made = studio.make_picture(ADA)
    assert drop_inputs(studio.office.desk, studio.store, made.id) == 2
    assert studio.kept() == {made.result_key}
    studio.office.clock.pass_time(hours=23)
    assert studio.sweep().deleted == 0
    studio.office.clock.pass_time(hours=2)
    assert studio.sweep().deleted == 1
    assert studio.kept() == set()


def test_a_job_that_goes_on_keeps_its_pictures(studio: Studio) -> None:
    job = studio.submit(ADA)
    assert drop_inputs(studio.office.desk, studio.store, job.id) == 0
    studio.office.claim()
    studio.office.clock.pass_time(days=3)
    assert drop_inputs(studio.office.desk, studio.store, job.id) == 0
    assert studio.sweep().deleted == 0
    assert studio.kept() == inputs_of(job)


def test_dropping_twice_and_of_a_forgotten_job_is_nothing(studio: Studio) -> None:
    made = studio.make_picture(ADA)
    dropped = [drop_inputs(studio.office.desk, studio.store, made.id) for _ in range(2)]
    studio.office.desk.forget(ADA.person)
    assert [*dropped, drop_inputs(studio.office.desk, studio.store, made.id)] == [2, 0, 0]


def test_a_photo_that_waited_in_vain_for_its_other_half_goes(studio: Studio) -> None:
    key = studio.put(ADA, b"half of it")
    studio.office.desk.add_draft(ADA, Draft(key, "message"))
    studio.office.clock.pass_time(minutes=16)
    studio.sweep()
    assert studio.office.count(drafts) == 0
    studio.office.clock.now += GRACE
    assert studio.sweep().deleted == 1


def test_what_was_saved_stays_when_the_job_ends(studio: Studio) -> None:
    job = studio.submit(ADA)
    studio.office.desk.save_photo(ADA.person, "me", job.request.source_key)
    studio.office.desk.save_garment(ADA.person, "shirt", "upper_body", job.request.reference_key)
    studio.office.desk.fail(studio.office.claim().token, "oops")
    assert drop_inputs(studio.office.desk, studio.store, job.id) == 0
    studio.office.clock.pass_time(days=100)
    assert studio.sweep().deleted == 0
    (photo,) = studio.office.desk.saved_photos(ADA.person)
    studio.office.desk.remove_photo(ADA.person, photo.id)
    assert studio.sweep().deleted == 1
    assert studio.kept() == {job.request.reference_key}


def test_a_picture_that_another_job_needs_stays(studio: Studio) -> None:
    first, second = studio.submit(ADA, garment=b"one"), studio.submit(ADA, garment=b"two")
    assert first.request.source_key == second.request.source_key
    studio.office.desk.fail(studio.office.claim().token, "oops")
    assert drop_inputs(studio.office.desk, studio.store, first.id) == 1
    assert studio.kept() == inputs_of(second)
    studio.office.desk.fail(studio.office.claim().token, "oops")
    assert drop_inputs(studio.office.desk, studio.store, second.id) == 2


def test_a_result_that_is_dressed_again_stays_for_its_day(studio: Studio) -> None:
    made = studio.make_picture(ADA)
    again = studio.submit(ADA, photo=b"result")
    assert again.request.source_key == made.result_key
    studio.office.desk.fail(studio.office.claim().token, "oops")
    drop_inputs(studio.office.desk, studio.store, again.id)
    assert made.result_key in studio.kept()


def test_a_photo_put_again_for_the_next_request_stays_when_the_old_job_ends(studio: Studio) -> None:
    first = studio.submit(ADA)
    studio.put(ADA, b"photo")
    studio.office.desk.fail(studio.office.claim().token, "oops")
    assert drop_inputs(studio.office.desk, studio.store, first.id) == 1
    assert studio.kept() == {first.request.source_key}
    studio.office.clock.pass_time(hours=2)
    assert studio.sweep().deleted == 1


def test_an_upload_that_became_no_job_stays_for_the_grace(studio: Studio) -> None:
    early = studio.put(ADA, b"early")
    studio.office.clock.pass_time(minutes=40)
    late = studio.put(BEN, b"late")
    studio.office.clock.pass_time(minutes=19)
    assert (studio.sweep().deleted, studio.kept()) == (0, {early, late})
    studio.office.clock.pass_time(minutes=2)
    swept = studio.sweep()
    assert (swept.seen, swept.deleted, studio.kept()) == (2, 1, {late})
    studio.put(BEN, b"late")  # once more, which keeps it for longer
    studio.office.clock.pass_time(minutes=59)
    assert studio.sweep().deleted == 0


def test_a_removed_result_goes_with_the_next_sweep(studio: Studio) -> None:
    made = studio.make_picture(ADA)
    studio.office.desk.remove_job(None, made.id)
    studio.office.clock.pass_time(hours=2)
    studio.sweep()
    assert made.result_key not in studio.kept()


def test_sweeping_again_does_nothing_more(studio: Studio) -> None:
    for number in range(5):
        studio.put(ADA, bytes([number]))
    studio.office.clock.pass_time(hours=2)
    swept = [studio.sweep() for _ in range(3)]
    assert [(once.seen, once.deleted) for once in swept] == [(5, 5), (0, 0), (0, 0)]


def test_half_written_files_of_dead_processes_go_too(studio: Studio) -> None:
    studio.put(ADA, b"photo")
    left = studio.folder / ".unfinished" / "left"
    left.write_bytes(b"half")
    seconds = studio.office.clock.now.timestamp()
    os.utime(left, (seconds, seconds))
    assert studio.sweep().unfinished == 0
    studio.office.clock.pass_time(hours=2)
    assert studio.sweep().unfinished == 1
    assert not left.exists()


def test_a_sweep_works_in_batches_however_many_there_are(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expiry, "_BATCH", 3)
    kept = studio.submit(ADA)
    for number in range(10):
        studio.put(BEN, bytes([number]))
    studio.office.clock.pass_time(hours=2)
    assert studio.sweep().deleted == 10
    assert studio.kept() == inputs_of(kept)


def test_many_sweepers_at_once_delete_each_picture_once_and_nothing_else(studio: Studio) -> None:
    needless = {studio.put(asker, bytes([number])) for asker in (ADA, BEN) for number in range(30)}
    kept = inputs_of(studio.submit(ADA)) | inputs_of(studio.submit(BEN))
    studio.office.clock.pass_time(hours=2)
    swept = together(*[studio.sweep] * 6)
    assert sum(once.deleted for once in swept) == len(needless)
    assert studio.kept() == kept


def test_a_picture_put_again_while_the_sweeper_decides_stays(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = studio.put(ADA, b"photo")
    studio.office.clock.pass_time(hours=2)
    needed = Desk.needed_keys

    def put_meanwhile(desk: Desk, keys: list[str]) -> set[str]:
        found = needed(desk, keys)
        studio.put(ADA, b"photo")
        return found

    with monkeypatch.context() as patched:
        patched.setattr(Desk, "needed_keys", put_meanwhile)
        assert studio.sweep().deleted == 0
    assert studio.kept() == {key}


def test_one_photo_for_request_after_request_is_there_for_every_job(studio: Studio) -> None:
    """A member asks again and again with one photo, putting it before each request, while old jobs end and
    sweepers that wait for nothing sweep: real time, real threads."""
    desk = Desk(studio.office.engine, studio.office.settings)
    account_id = desk.account(ADA.person)
    done = threading.Event()
    missing: list[int] = []

    def member() -> None:
        for number in range(REQUESTS):
            keys = [studio.store.put(account_id, picture) for picture in (b"photo", b"shirt %d" % number)]
            time.sleep(0.03)  # as long as it takes to look at a picture; the job before may end meanwhile
            desk.submit(ADA, request(source_key=keys[0], reference_key=keys[1]))
        done.set()

    def worker() -> None:
        while (claim := desk.claim("worker")) is not None or not done.is_set():
            if claim is None:
                continue
            try:
                studio.store.get(account_id, claim.job.request.source_key)
            except PictureMissing:
                missing.append(claim.job.id)
                desk.fail(claim.token, PictureMissing.code)
            else:
                desk.succeed(claim.token, studio.store.put(account_id, b"result"))
            drop_inputs(desk, studio.store, claim.job.id)

    def sweeper() -> None:
        while not done.is_set():
            sweep_store(desk, studio.store, datetime.now(UTC), GRACE)

    assert together(member, worker, worker, sweeper) == [None] * 4
    assert missing == []
    assert [job.state for job in desk.history(ADA.person, 100)] == [JobState.SUCCEEDED] * REQUESTS


def test_what_remains_of_the_race_is_a_job_that_fails_and_costs_nothing(studio: Studio) -> None:
    """Put for the second request before the first was submitted, and asked for only when that has ended."""
    desk = studio.office.desk
    photo, garment = studio.put(ADA, b"photo"), studio.put(ADA, b"garment")
    first = desk.submit(ADA, request(source_key=photo, reference_key=garment)).job
    desk.fail(studio.office.claim().token, "oops")
    drop_inputs(desk, studio.store, first.id)
    desk.submit(ADA, request(source_key=photo, reference_key=garment))
    claim = studio.office.claim()
    with pytest.raises(PictureMissing) as caught:
        studio.store.get(claim.account_id, claim.job.request.source_key)
    desk.fail(claim.token, caught.value.code)
    assert desk.quota(ADA).used == 0


def test_results_are_kept_as_long_as_the_operator_says(studio: Studio) -> None:
    made = studio.make_picture(ADA)
    drop_inputs(studio.office.desk, studio.store, made.id)
    short = studio.office.with_settings(result_hours=2)
    studio.office.clock.pass_time(hours=1, minutes=59)
    assert sweep_store(short.desk, studio.store, short.clock.now, GRACE).deleted == 0
    studio.office.clock.pass_time(minutes=2)
    assert sweep_store(short.desk, studio.store, short.clock.now, timedelta(days=9)).deleted == 0
    assert sweep_store(short.desk, studio.store, short.clock.now, GRACE).deleted == 1
