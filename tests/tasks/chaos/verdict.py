"""After the storm: what must hold, read from the database and the store, held against what members saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, func, select

from tasks.db.engine import open_engine, reading
from tasks.db.people import members
from tasks.db.work import jobs, ledger, outbox
from tasks.records import JobState
from tests.tasks.chaos.crowd import Seen
from tests.tasks.chaos.stage import Stage

Rows = Sequence[RowMapping]

_END = {
    JobState.SUCCEEDED: ("settle", 0),
    JobState.FAILED: ("release", 1),
    JobState.CANCELLED: ("release", 1),
}


@dataclass
class Verdict:
    """`broken`: one line for each promise that was not kept."""

    broken: list[str]
    outcomes: Counter[str]
    attempts: Counter[int]


def judge(stage: Stage, seen: Seen) -> Verdict:
    """Everything that an accepted request was promised, checked one by one."""
    engine = open_engine(stage.settings.database_url.get_secret_value())
    with reading(engine) as connection:
        rows = connection.execute(select(jobs, members.c.account_id).join(members)).mappings().all()
        broken = [
            *seen.contradictions,
            *_jobs_are_the_accepted_ones(rows, seen),
            *_each_ended_once(rows),
            *_ledger_is_exact(connection, rows),
            *_nobody_took_more_than_their_limit(connection, stage.settings.member_limit),
            *_nothing_is_left(connection),
        ]
    broken += _answers_came_once(rows, seen)
    broken += _pictures_are_right(stage, rows)
    engine.dispose()
    ends = Counter(row["state"] + (f" ({row['error_code']})" if row["error_code"] else "") for row in rows)
    return Verdict(broken, ends, Counter(row["attempt"] for row in rows))


def _jobs_are_the_accepted_ones(rows: Rows, seen: Seen) -> list[str]:
    there = {row["request_id"]: row["id"] for row in rows}
    lost = [event for event, job_id in seen.accepted.items() if there.get(event) != job_id]
    # A submit whose answer was lost on the way was repeated by its member, and so is known as well.
    unknown = [event for event in there if event not in seen.accepted]
    return [f"accepted, but no such job: {event}" for event in lost] + [
        f"nobody asked: {event}" for event in unknown
    ]


def _each_ended_once(rows: Rows) -> list[str]:
    return [
        f"job {row['id']} is {row['state']}, lease {row['lease_until']}"
        for row in rows
        if row["state"] not in _END or row["lease_until"] is not None or row["ended_at"] is None
    ]


def _ledger_is_exact(connection: Connection, rows: Rows) -> list[str]:
    entries: dict[str, list[tuple[str, int, int]]] = {}
    for entry in connection.execute(select(ledger)).mappings():
        key = entry["business_id"].rpartition(":")[0]
        entries.setdefault(key, []).append((entry["kind"], entry["amount"], entry["account_id"]))
    broken = []
    for row in rows:
        kind, amount = _END[JobState(row["state"])] if row["state"] in _END else ("nothing", 0)
        wanted = [("reserve", -1, row["account_id"]), (kind, amount, row["account_id"])]
        if sorted(entries.pop(f"job:{row['id']}", [])) != sorted(wanted):
            broken.append(f"job {row['id']} ({row['state']}) has the wrong entries")
    return broken + [f"entries without a job: {key}" for key in entries]


def _nobody_took_more_than_their_limit(connection: Connection, limit: int) -> list[str]:
    sums = select(
        ledger.c.account_id, ledger.c.community_id, func.sum(ledger.c.amount).label("balance")
    ).group_by(ledger.c.account_id, ledger.c.community_id)
    return [
        f"account {row.account_id} has {limit + row.balance} pictures left"
        for row in connection.execute(sums)
        if limit + row.balance < 0
    ]


def _nothing_is_left(connection: Connection) -> list[str]:
    told = connection.execute(select(func.count()).select_from(outbox)).scalar_one()
    in_line = connection.execute(
        select(func.count()).select_from(members).where(members.c.place.is_not(None))
    ).scalar_one()
    return [f"{told} rows were never told"] * (told > 0) + [f"{in_line} members still in line"] * (
        in_line > 0
    )


def _answers_came_once(rows: Rows, seen: Seen) -> list[str]:
    return [
        f"job {row['id']} was answered {seen.answers[row['id']]} times"
        for row in rows
        if seen.answers[row["id"]] != 1
    ]


def _pictures_are_right(stage: Stage, rows: Rows) -> list[str]:
    broken = []
    for row in rows:
        if row["state"] == JobState.SUCCEEDED:
            number = row["request_id"].removeprefix("event ")
            wanted = f"person {number} in garment {int(number) % 50}".encode()
            if stage.store.get(row["account_id"], row["result_key"]) != wanted:
                broken.append(f"job {row['id']} has the wrong picture")
    kept = {one.key for one in stage.store.stored()}
    # A garment may have been sent again by a request that was refused, and then waits for its own end.
    left = [row["id"] for row in rows if row["source_key"] in kept]
    return broken + [f"the person photo of job {job_id} is still there" for job_id in left]
