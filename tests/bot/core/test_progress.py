"""What the message says at each step."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core.progress import Answer, News, answer_text, bar, news_text
from tasks.records import Job, JobState
from tests.bot.kit import tongue
from tests.tasks.kit import ADA, NOON, request

EN = tongue("en")
JOB = Job(
    id=7,
    asker=ADA,
    request=request(options={"seed": 42}),
    state=JobState.SUCCEEDED,
    attempt=1,
    step=0,
    submitted_at=NOON,
    started_at=NOON,
    ended_at=NOON,
    delivered_at=None,
    cancel_requested=False,
    result_key=None,
    error_code=None,
)


def test_the_bar_fills_from_none_to_all() -> None:
    assert bar(0, 30) == "▱" * 12
    assert bar(15, 30) == "▰" * 6 + "▱" * 6
    assert bar(30, 30) == "▰" * 12
    assert bar(29, 30).count("▰") == 11, "not full before it is done"
    assert bar(99, 30) == "▰" * 12
    assert len(bar(-1, 0)) == 12


def test_a_place_in_the_queue_is_told_with_a_time_where_one_is_known() -> None:
    assert news_text(EN, News(running=False)) == "Your picture is next."
    assert news_text(EN, News(running=False, position=1)) == "One picture comes before yours."
    later = News(running=False, position=3, ready_at=NOON + timedelta(minutes=5))
    assert news_text(EN, later) == "3 pictures come before yours.\nReady about <12:05>."


def test_steps_are_told_by_a_bar_and_in_percent() -> None:
    assert news_text(EN, News(running=True, step=15, steps=30)).endswith("▰▰▰▰▰▰▱▱▱▱▱▱ 50 %")


def test_a_picture_says_that_it_was_made_by_ai_and_from_which_seed() -> None:
    assert answer_text(EN, Answer(JOB, b"picture")) == "Made by AI from your photos. Seed 42."


def test_a_job_that_failed_says_why_and_that_it_is_free() -> None:
    failed = replace(JOB, state=JobState.FAILED)
    text = answer_text(EN, Answer(failed, code="person_not_found"))
    assert "found nobody" in text
    assert text.endswith("It cost you nothing.")


def test_a_fault_of_ours_names_the_job_and_no_code() -> None:
    text = answer_text(EN, Answer(replace(JOB, state=JobState.FAILED), code="weights_corrupt"))
    assert "job 7" in text
    assert "weights" not in text


def test_a_cancelled_job_says_that_it_is_free() -> None:
    assert "nothing" in answer_text(EN, Answer(replace(JOB, state=JobState.CANCELLED)))


def test_a_picture_that_is_no_longer_kept_is_not_called_free() -> None:
    text = answer_text(EN, Answer(JOB, code="removed"))
    assert text == "This picture was removed."
