"""The table of moves, and that the database holds to it too."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from tasks.db.engine import writing
from tasks.db.work import jobs, queue
from tasks.errors import Overtaken, WrongState
from tasks.jobs.states import ENDED, MOVES, check_move
from tasks.records import JobState
from tests.tasks.kit import ADA, Office


def test_every_state_is_reached_from_queued_and_an_end_is_an_end() -> None:
    reached, edge = {JobState.QUEUED}, [JobState.QUEUED]
    while edge:
        new = MOVES[edge.pop()] - reached
        reached |= new
        edge.extend(new)
    assert reached == set(JobState)
    assert {JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED} == ENDED


@pytest.mark.parametrize("old", JobState)
@pytest.mark.parametrize("new", JobState)
def test_a_move_that_is_not_in_the_table_is_refused(old: JobState, new: JobState) -> None:
    if new in MOVES[old]:
        check_move(old, new)
    else:
        with pytest.raises(WrongState):
            check_move(old, new)


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "lost"},
        {"state": "running"},
        {"state": "succeeded"},
        {"delivered_at": 0},
        {"result_key": "early"},
        {"garment_type": None},
        {"member_id": 99},
        {"step": -1},
    ],
    ids=str,
)
def test_the_database_refuses_rows_that_contradict_themselves(
    office: Office, wrong: dict[str, object]
) -> None:
    office.welcome(ADA)
    office.submit(ADA)
    if wrong == {"delivered_at": 0}:
        wrong = {"delivered_at": office.clock()}
    with pytest.raises((IntegrityError, Overtaken)), writing(office.engine) as connection:
        connection.execute(update(jobs).values(**wrong))


def test_there_is_one_queue(office: Office) -> None:
    with pytest.raises(IntegrityError), writing(office.engine) as connection:
        connection.execute(insert(queue).values(id=2))
