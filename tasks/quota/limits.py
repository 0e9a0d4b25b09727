"""Which of several limits holds for a member."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.records import LimitSource


@dataclass(frozen=True)
class Limit:
    """Pictures in a window, and who said so."""

    pictures: int
    source: LimitSource


def effective_limit(member: int | None, role: int | None, community: int | None, everywhere: int) -> Limit:
    """The member's own limit, else their best role's, else the community's, else the operator's."""
    sources: tuple[tuple[int | None, LimitSource], ...] = (
        (member, "member"),
        (role, "role"),
        (community, "community"),
    )
    for pictures, source in sources:
        if pictures is not None:
            return Limit(pictures, source)
    return Limit(everywhere, "global")


def effective_weight(member: int | None, role: int | None) -> int:
    """How many turns a member gets for another's one: their own weight, else their best role's, else 1."""
    return member or role or 1
