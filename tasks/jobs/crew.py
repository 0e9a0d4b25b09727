"""Who works here: workers say that they are there, also while there is nothing to do."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from tasks.db.crew import workers
from tasks.db.insert import insert_unless_there
from tasks.db.work import IS_RUNNING, jobs
from tasks.records import WorkerReport
from tasks.reports import SILENT_SECONDS, WorkerStanding

# A worker that was killed says no goodbye.
_REMEMBERED = timedelta(hours=1)


def report(connection: Connection, said: WorkerReport, now: datetime) -> None:
    """The worker is there. Those that have been silent for an hour are forgotten."""
    values = asdict(said) | {"models": list(said.models), "seen_at": now}
    known = update(workers).where(workers.c.name == said.name).values(**values)
    if connection.execute(known).rowcount == 0:
        insert_unless_there(connection, workers, values | {"begun_at": now})
    connection.execute(delete(workers).where(workers.c.seen_at < now - _REMEMBERED))


def left(connection: Connection, name: str) -> None:
    """It works no longer."""
    connection.execute(delete(workers).where(workers.c.name == name))


def standing(connection: Connection, now: datetime) -> list[WorkerStanding]:
    """All that are remembered, by name, with the job that each holds."""
    rows = connection.execute(
        select(workers, jobs.c.id.label("job"), jobs.c.step, jobs.c.steps)
        .join_from(workers, jobs, IS_RUNNING & (jobs.c.worker == workers.c.name), isouter=True)
        .order_by(workers.c.name)
    )
    return [
        WorkerStanding(
            name=row["name"],
            begun_at=row["begun_at"],
            silent_seconds=max(0.0, (now - row["seen_at"]).total_seconds()),
            resting=row["resting"],
            models=tuple(row["models"]),
            served=row["served"],
            model_bytes=row["model_bytes"],
            gpu_bytes=row["gpu_bytes"],
            job=row["job"],
            step=row["step"] or 0,
            steps=row["steps"] or 0,
        )
        for row in rows.mappings()
    ]


def models_there(connection: Connection, now: datetime) -> frozenset[str] | None:
    """Of which models some worker that is there has the weights; `None` while none says anything."""
    lately = workers.c.seen_at >= now - timedelta(seconds=SILENT_SECONDS)
    told = connection.execute(select(workers.c.models).where(lately)).scalars().all()
    return frozenset(name for models in told for name in models) if told else None
