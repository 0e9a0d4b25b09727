"""The queue played forward, by its own rule, until a job starts: what would happen if nobody came.

As in `tasks.jobs.queue`: the lowest `spent` is next, and a turn moves its member to `max(clock, spent)` plus
a stride. A member with as many jobs running as may waits until one ends. Every worker at work now stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

# Later than any real time of a turn, in microseconds.
_LATER = 1 << 62


@dataclass
class InLine:
    """A member with `queued` jobs of `seconds` each (on average), and where they stand."""

    member_id: int
    queued: int
    spent: int
    stride: int
    served_at: int
    seconds: float


@dataclass(frozen=True)
class AtWork:
    """A job in a worker's hands, and how long it will go on."""

    member_id: int
    seconds: float


def foresee(
    line: Sequence[InLine],
    at_work: Sequence[AtWork],
    clock: int,
    running_per_member: int,
    member_id: int,
    own_ahead: int,
) -> tuple[int, float]:
    """How many jobs start before the member's job that has `own_ahead` of theirs before it, and in how many
    seconds it starts. `at_work` is in the order of their starts; `line` is used up.
    """
    members = {one.member_id: one for one in line}
    running = Counter(one.member_id for one in at_work)
    turns = [_turn(one) for one in line if running[one.member_id] < running_per_member]
    ends = [(one.seconds, order, one.member_id) for order, one in enumerate(at_work)]
    heapify(turns)
    heapify(ends)
    # While somebody waits no worker is idle; if nobody is at work, one will come.
    free = 0 if ends else 1
    now, started, own = 0.0, 0, 0
    while True:
        while free and turns:
            member = members[heappop(turns)[-1]]
            if member.member_id == member_id:
                if own == own_ahead:
                    return started, now
                own += 1
            clock = max(clock, member.spent)
            started += 1
            free -= 1
            member.spent = clock + member.stride
            member.served_at = _LATER + started
            member.queued -= 1
            running[member.member_id] += 1
            heappush(ends, (now + member.seconds, len(at_work) + started, member.member_id))
            if member.queued and running[member.member_id] < running_per_member:
                heappush(turns, _turn(member))
        # The member has a job queued, so they are in line, or something of theirs runs.
        now, _, ended = heappop(ends)
        free += 1
        running[ended] -= 1
        waits = members.get(ended)
        if waits is not None and waits.queued and running[ended] == running_per_member - 1:
            heappush(turns, _turn(waits))


def _turn(member: InLine) -> tuple[int, int, int]:
    return member.spent, member.served_at, member.member_id
