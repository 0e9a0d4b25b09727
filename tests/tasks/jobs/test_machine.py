"""The desk against a simple model of it, in whatever order things happen (hypothesis state machine).

The model keeps jobs, purses and turns in plain Python; after every step the database must say the same.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, delete, select

from tasks.db.engine import reading, writing
from tasks.db.people import members
from tasks.db.work import ledger
from tasks.errors import CommunityPaused, QuotaExceeded, StaleToken, WrongState
from tasks.people.turns import STRIDE
from tasks.records import Claim, JobState
from tests.tasks.conftest import empty
from tests.tasks.kit import ADA, BEN, NOON, Office, picture_key

LIMIT = 3
ATTEMPTS = 2
LEASE = timedelta(seconds=60)
PEOPLE = {"ada": ADA, "ben": BEN}
WEIGHT = {"ada": 1, "ben": 2}


@dataclass
class ModelJob:
    user: str
    day: int
    purse: str
    priority: int
    state: JobState = JobState.QUEUED
    attempt: int = 0
    token: int | None = None
    lease: datetime | None = None
    cancel: bool = False


class DeskMachine(RuleBasedStateMachine):
    office: Office  # given by the test; emptied for each run

    def __init__(self) -> None:
        super().__init__()
        self.desk, self.clock = self.office.desk, self.office.clock
        self.clock.now = NOON
        self.jobs: dict[int, ModelJob] = {}
        self.granted = Counter({"ada": 0, "ben": 0})
        self.spent = {"ada": 0, "ben": 0}
        self.served = {"ada": 0, "ben": 0}
        self.queue_clock = self.serves = self.grants = 0
        self.paused = False
        for asker in PEOPLE.values():
            self.desk.give_consent(asker.person)
        self.desk.set_member(None, BEN, member_limit=None, weight=WEIGHT["ben"])

    # What the model knows

    def day(self) -> int:
        return self.clock.now.toordinal()

    def used(self, user: str) -> int:
        return sum(
            job.user == user and job.purse == "window" and job.day == self.day() and counts(job)
            for job in self.jobs.values()
        )

    def bonus(self, user: str) -> int:
        taken = sum(job.user == user and job.purse == "bonus" and counts(job) for job in self.jobs.values())
        return self.granted[user] - taken

    def with_state(self, *states: JobState) -> list[int]:
        return [job_id for job_id, job in self.jobs.items() if job.state in states]

    def next_up(self) -> int | None:
        running = Counter(self.jobs[job_id].user for job_id in self.with_state(JobState.RUNNING))
        waiting: dict[str, list[int]] = {}
        for job_id in self.with_state(JobState.QUEUED):
            waiting.setdefault(self.jobs[job_id].user, []).append(job_id)
        in_line = [user for user in waiting if running[user] < 1]
        if not in_line or self.paused:
            return None
        user = min(in_line, key=lambda user: (self.spent[user], self.served[user], self.rows[user]))
        return min(waiting[user], key=lambda job_id: (-self.jobs[job_id].priority, job_id))

    @property
    def rows(self) -> dict[str, int]:
        # Ben's row was made first, when his weight was set.
        return {"ben": 1, "ada": 2}

    # What happens

    @rule(user=st.sampled_from(sorted(PEOPLE)), priority=st.integers(0, 2))
    def submit(self, user: str, priority: int) -> None:
        asked = self.office.request(PEOPLE[user], priority=priority)
        if self.paused:
            with pytest.raises(CommunityPaused):
                self.desk.submit(PEOPLE[user], asked)
            return
        purse = "window" if self.used(user) < LIMIT else "bonus"
        if purse == "bonus" and self.bonus(user) == 0:
            with pytest.raises(QuotaExceeded):
                self.desk.submit(PEOPLE[user], asked)
            return
        submitted = self.desk.submit(PEOPLE[user], asked)
        self.jobs[submitted.job.id] = ModelJob(user, self.day(), purse, priority)
        assert self.desk.submit(PEOPLE[user], asked).job.id == submitted.job.id

    @rule()
    def claim(self) -> None:
        expected = self.next_up()
        claim: Claim | None = self.desk.claim("worker")
        assert (None if claim is None else claim.job.id) == expected
        if claim is None:
            return
        job = self.jobs[claim.job.id]
        job.state, job.token, job.lease = JobState.RUNNING, claim.token, self.clock.now + LEASE
        job.attempt += 1
        self.queue_clock = max(self.queue_clock, self.spent[job.user])
        self.spent[job.user] = self.queue_clock + STRIDE // WEIGHT[job.user]
        self.serves += 1
        self.served[job.user] = self.serves

    @rule(data=st.data(), act=st.sampled_from(["succeed", "fail", "cancelled", "give_back", "heartbeat"]))
    def worker_reports(self, data: Any, act: str) -> None:
        held = [job_id for job_id, job in self.jobs.items() if job.token is not None]
        if not held:
            return
        job = self.jobs[data.draw(st.sampled_from(held))]
        result = picture_key(self.desk.account(PEOPLE[job.user].person), "result")
        arguments: dict[str, tuple[object, ...]] = {
            "succeed": (result,),
            "fail": ("oops",),
            "heartbeat": (1,),
        }
        more = arguments.get(act, ())
        end = {
            "succeed": JobState.SUCCEEDED,
            "fail": JobState.FAILED,
            "cancelled": JobState.CANCELLED,
            "give_back": JobState.CANCELLED if job.cancel else JobState.QUEUED,
            "heartbeat": JobState.RUNNING,
        }[act]
        again = act in ("succeed", "fail", "cancelled") and job.state is end
        if job.state is not JobState.RUNNING and not again:
            with pytest.raises(StaleToken):
                getattr(self.desk, act)(job.token, *more)
            return
        told = getattr(self.desk, act)(job.token, *more)
        if again:
            return
        if act == "heartbeat":
            assert told.cancel == job.cancel
            job.lease = self.clock.now + LEASE
        job.state = end
        if end is JobState.QUEUED:
            job.token, job.attempt = None, job.attempt - 1

    @rule(data=st.data())
    def cancel(self, data: Any) -> None:
        if not self.jobs:
            return
        job_id = data.draw(st.sampled_from(sorted(self.jobs)))
        job = self.jobs[job_id]
        person = PEOPLE[job.user].person
        if job.state is JobState.QUEUED:
            self.desk.cancel(job_id, person)
            job.state = JobState.CANCELLED
        elif job.state is JobState.RUNNING:
            self.desk.cancel(job_id, person)
            job.cancel = True
        else:
            with pytest.raises(WrongState):
                self.desk.cancel(job_id, person)

    @rule(seconds=st.sampled_from([1, 40, 70, 8 * 3600]))
    def time_passes_and_the_sweeper_comes(self, seconds: int) -> None:
        self.clock.pass_time(seconds=seconds)
        self.desk.sweep()
        for job_id in self.with_state(JobState.RUNNING):
            job = self.jobs[job_id]
            assert job.lease is not None
            if job.lease < self.clock.now:
                if job.cancel:
                    job.state = JobState.CANCELLED
                elif job.attempt == ATTEMPTS:
                    job.state, job.token = JobState.FAILED, None
                else:
                    job.state, job.token = JobState.QUEUED, None

    @rule(user=st.sampled_from(sorted(PEOPLE)), pictures=st.integers(1, 2), taken_back=st.booleans())
    def grant(self, user: str, pictures: int, taken_back: bool) -> None:
        self.grants += 1
        audit_id = self.desk.grant(None, PEOPLE[user], pictures, f"grant {self.grants}")
        if taken_back:
            self.desk.undo(None, audit_id)
        else:
            self.granted[user] += pictures

    @rule()
    def pause_or_resume(self) -> None:
        if self.paused:
            self.desk.resume(None, ADA.place)
        else:
            self.desk.pause(None, ADA.place)
        self.paused = not self.paused

    # What always holds

    @invariant()
    def jobs_are_where_the_model_has_them(self) -> None:
        for user, asker in PEOPLE.items():
            found = {job.id: (job.state, job.attempt) for job in self.desk.history(asker.person, 1000)}
            own = {job_id: job for job_id, job in self.jobs.items() if job.user == user}
            assert found == {job_id: (job.state, job.attempt) for job_id, job in own.items()}

    @invariant()
    def purses_hold_what_the_model_says_and_never_less_than_nothing(self) -> None:
        for user, asker in PEOPLE.items():
            quota = self.desk.quota(asker)
            assert (quota.used, quota.bonus) == (self.used(user), self.bonus(user))
            assert 0 <= quota.used <= LIMIT
            assert quota.bonus >= 0
            assert quota.left == LIMIT - quota.used + quota.bonus

    @invariant()
    def every_job_is_reserved_once_and_ended_once(self) -> None:
        with reading(self.office.engine) as connection:
            entries = Counter(connection.execute(select(ledger.c.business_id)).scalars())
        for job_id, job in self.jobs.items():
            assert entries[f"job:{job_id}:reserve"] == 1
            ended = job.state not in (JobState.QUEUED, JobState.RUNNING)
            assert entries[f"job:{job_id}:end"] == ended

    @invariant()
    def nobody_is_in_line_who_may_not_be(self) -> None:
        with reading(self.office.engine) as connection:
            in_line = (
                connection.execute(select(members.c.id).where(members.c.place.is_not(None))).scalars().all()
            )
        assert bool(in_line) == (self.next_up() is not None)


def counts(job: ModelJob) -> bool:
    return job.state in (JobState.QUEUED, JobState.RUNNING, JobState.SUCCEEDED)


def wipe(engine: Engine) -> None:
    if engine.dialect.name == "postgresql":
        empty(engine)
        return
    with writing(engine) as connection:
        connection.exec_driver_sql("DROP TRIGGER IF EXISTS ledger_no_delete")
        for table in reversed(members.metadata.sorted_tables):
            if table.name not in ("accounts", "queue"):
                connection.execute(delete(table))
        connection.exec_driver_sql("DELETE FROM accounts WHERE id != 0")
        connection.exec_driver_sql("UPDATE queue SET paused = false, clock = 0, fence = 0")


def test_the_desk_does_what_its_model_does(engine: Engine, office: Office) -> None:
    class Machine(DeskMachine):
        def __init__(self) -> None:
            wipe(engine)
            super().__init__()

    Machine.office = office.with_settings(member_limit=LIMIT, attempts=ATTEMPTS)
    few = settings(
        max_examples=6, stateful_step_count=30, suppress_health_check=list(HealthCheck), deadline=None
    )
    run_state_machine_as_test(Machine, settings=few)
