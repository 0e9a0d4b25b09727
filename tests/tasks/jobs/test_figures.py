"""How the desk stands, as a monitor sees it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, event

from config.settings import Settings
from tasks.desk import Desk
from tasks.records import Asker, Figures
from tests.tasks.kit import ADA, BEN, EVE, RESULT, Office

FAR = Asker("telegram", "group", "far")


def test_a_new_desk_has_nothing_to_tell(office: Office) -> None:
    assert office.desk.figures() == Figures(0, 0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0, False, 0)


def test_each_job_is_counted_where_it_stands_and_the_oldest_gives_the_age(office: Office) -> None:
    office.welcome(ADA, BEN, EVE)
    office.submit(ADA)
    delivered = office.desk.succeed(office.claim().token, RESULT)
    office.desk.mark_delivered(delivered.id)
    office.submit(ADA)
    office.desk.succeed(office.claim().token, RESULT)
    office.clock.pass_time(seconds=100)
    office.submit(BEN)
    claim = office.claim()
    office.clock.pass_time(seconds=10)
    office.submit(EVE)
    office.clock.pass_time(seconds=10)
    office.submit(EVE)
    office.desk.heartbeat(claim.token, 1)
    office.clock.pass_time(seconds=5)

    told = office.desk.figures()
    assert (told.queued, told.held, told.running, told.undelivered, told.untold) == (2, 0, 1, 1, 7)
    ages = (
        told.oldest_queued_seconds,
        told.oldest_heartbeat_seconds,
        told.oldest_undelivered_seconds,
        told.oldest_untold_seconds,
    )
    assert [round(age) for age in ages] == [15, 5, 125, 125]


def test_a_job_that_comes_back_is_as_old_as_when_it_was_asked_for(office: Office) -> None:
    office.welcome(ADA, BEN)
    office.submit(ADA)
    office.clock.pass_time(seconds=50)
    claim = office.claim()
    office.submit(BEN)
    office.desk.give_back(claim.token)
    assert round(office.desk.figures().oldest_queued_seconds) == 50


def test_jobs_of_a_paused_community_are_held_and_alarm_nobody(office: Office) -> None:
    office.welcome(ADA, FAR)
    office.submit(ADA)
    office.clock.pass_time(hours=2)
    office.submit(FAR)
    office.desk.pause(None, ADA.place)
    told = office.desk.figures()
    assert (told.queued, told.held, told.communities_paused, told.paused) == (2, 1, 1, False)
    assert told.oldest_queued_seconds < 1


def test_the_operators_pause_is_told(office: Office) -> None:
    office.desk.pause_all(None)
    assert office.desk.figures().paused


def test_it_is_one_statement(office: Office) -> None:
    statements: list[str] = []

    def note(*args: object) -> None:
        statements.append(str(args[2]))

    event.listen(office.engine, "before_cursor_execute", note)
    office.desk.figures()
    event.remove(office.engine, "before_cursor_execute", note)
    assert len([statement for statement in statements if statement != "BEGIN"]) == 1


def test_of_the_jobs_it_reads_only_what_is_indexed_as_waiting(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by statistics; a small table is read whole")
    plans: list[str] = []

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        plans.extend(row[3] for row in cursor.fetchall())

    event.listen(engine, "before_cursor_execute", explain)
    Desk(engine, Settings()).figures()
    used = [line for line in plans if " jobs" in line]
    assert [line.split(" jobs ")[1].split(" (")[0] for line in used] == [
        "USING INDEX ix_jobs_queued",
        "USING INDEX ix_jobs_running",
        "USING INDEX ix_jobs_undelivered",
        "USING INTEGER PRIMARY KEY",
    ]
