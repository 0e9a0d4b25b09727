"""The states of a job, and every move between them that there is."""

from __future__ import annotations

from tasks.errors import WrongState
from tasks.records import JobState

QUEUED, RUNNING = JobState.QUEUED, JobState.RUNNING
SUCCEEDED, FAILED, CANCELLED = JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED

MOVES: dict[JobState, frozenset[JobState]] = {
    QUEUED: frozenset({RUNNING, CANCELLED}),
    # Back to queued: its worker was lost, or gave it back.
    RUNNING: frozenset({SUCCEEDED, FAILED, CANCELLED, QUEUED}),
    SUCCEEDED: frozenset(),
    FAILED: frozenset(),
    CANCELLED: frozenset(),
}

ENDED = frozenset(state for state, moves in MOVES.items() if not moves)


def check_move(old: JobState, new: JobState) -> None:
    """Raise `WrongState` unless a job may go from `old` to `new`."""
    if new not in MOVES[old]:
        raise WrongState(f"a job that is {old} cannot become {new}")
