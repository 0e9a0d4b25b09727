"""What the desk costs: submits and claims, beside a bare INSERT transaction of the same driver.

The bars: a submit costs at most 5 bare transactions, and a claim with 10,000 queued
jobs at most 1.5 times one with 10. The floor's rows are as wide as a job's.
"""

from __future__ import annotations

import gc
import sqlite3
import statistics
import time
from collections.abc import Callable

import psycopg
from sqlalchemy.engine import make_url

from config.settings import Settings
from tasks.bench.events import measure_events
from tasks.db.engine import open_engine
from tasks.db.schema import upgrade
from tasks.desk import Desk
from tasks.records import Asker, Control, Request

_ROW = ("x" * 300,)


def measure(url: str, *, times: int, members: int, few: int, many: int) -> list[str]:
    """A table in Markdown, for the empty database at `url`, which is filled."""
    engine = open_engine(url)
    upgrade(engine)
    desk = Desk(engine, Settings(jobs_at_once=10_000, member_limit=1_000_000, queue_limit=1_000_000))
    crowd = [Asker("bench", f"community {number % 20}", f"user {number}") for number in range(members)]
    for asker in crowd:
        desk.give_consent(asker.person)
    submit = _submitter(desk, crowd)
    for _ in range(few + 2 * members):
        # Everybody has been here before, as is usual.
        submit()
    _drain(desk, leave=few)
    # Floor and submit in turns, so that a busy machine slows both alike.
    floor, submits = _in_turns(times, _floor(url), submit)
    _drain(desk, leave=few)
    # Each claim is followed by a submit, so that the queue keeps its length.
    short = _claims(desk, submit, times)
    for _ in range(many - few):
        submit()
    floor_again, submits_long = _in_turns(times, _floor(url), submit)
    _drain(desk, leave=many)
    long = _claims(desk, submit, times)
    heard = measure_events(desk, submit, times)
    desk.close()
    base = statistics.median(floor + floor_again)
    return [
        "| what | median ms | 95 % ms | against |",
        "|---|---|---|---|",
        _line("bare INSERT transaction", floor + floor_again, ""),
        _line(f"submit, {few} queued", submits, f"{statistics.median(submits) / base:.2f} x bare"),
        _line(f"submit, {many} queued", submits_long, f"{statistics.median(submits_long) / base:.2f} x bare"),
        _line(f"claim, {few} queued", short, ""),
        _line(
            f"claim, {many} queued",
            long,
            f"{statistics.median(long) / statistics.median(short):.2f} x with {few}",
        ),
        *(_line(what, seconds, "") for what, seconds in heard.items()),
    ]


def _submitter(desk: Desk, crowd: list[Asker]) -> Callable[[], None]:
    number = 0
    accounts = [desk.account(asker.person) for asker in crowd]

    def submit() -> None:
        nonlocal number
        asker = crowd[number % len(crowd)]
        key = f"{accounts[number % len(crowd)]}/{number:064x}"
        desk.submit(asker, Request(f"event {number}", Control.POSE, "deep_fashion", key, key))
        number += 1

    return submit


def _claims(desk: Desk, submit: Callable[[], None], times: int) -> list[float]:
    seconds = []
    for _ in range(times):
        gc.collect(0)
        start = time.perf_counter()
        claim = desk.claim("bench")
        seconds.append(time.perf_counter() - start)
        assert claim is not None
        desk.succeed(claim.token, f"{claim.account_id}/{0:064x}")
        submit()
    return seconds


def _drain(desk: Desk, leave: int) -> None:
    for _ in range(desk.queue().queued - leave):
        claim = desk.claim("bench")
        assert claim is not None
        desk.succeed(claim.token, f"{claim.account_id}/{0:064x}")


def _in_turns(
    times: int, one: Callable[[], None], other: Callable[[], None]
) -> tuple[list[float], list[float]]:
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(times):
        for act, seconds in zip((one, other), took, strict=True):
            start = time.perf_counter()
            act()
            seconds.append(time.perf_counter() - start)
    return took


def _floor(url: str) -> Callable[[], None]:
    """A transaction that inserts one row, straight in the driver and as durable as ours."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        assert parsed.database is not None
        file = sqlite3.connect(f"{parsed.database}.floor", isolation_level=None)
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("PRAGMA synchronous = FULL")
        file.execute("CREATE TABLE IF NOT EXISTS floor (id INTEGER PRIMARY KEY, row TEXT)")

        def insert() -> None:
            file.execute("BEGIN IMMEDIATE")
            file.execute("INSERT INTO floor (row) VALUES (?)", _ROW)
            file.execute("COMMIT")

        return insert
    server = psycopg.connect(url)
    server.execute("CREATE TABLE IF NOT EXISTS floor (id BIGSERIAL PRIMARY KEY, row TEXT)")
    server.commit()

    def insert_there() -> None:
        server.execute("INSERT INTO floor (row) VALUES (%s)", _ROW)
        server.commit()

    return insert_there


def _line(what: str, seconds: list[float], against: str) -> str:
    ordered = sorted(seconds)
    median, late = statistics.median(ordered), ordered[int(0.95 * len(ordered))]
    return f"| {what} | {median * 1000:.2f} | {late * 1000:.2f} | {against} |"
