"""Who may act on whom."""

from __future__ import annotations

import pytest

from bot.core.errors import NotAbove, NotModerator
from bot.core.moderating import Standing, check_above

MEMBER = Standing("member", rank=1, moderator=False)
HIGH_MEMBER = Standing("high", rank=9, moderator=False)
MOD = Standing("mod", rank=5, moderator=True)
PEER = Standing("peer", rank=5, moderator=True)
ADMIN = Standing("admin", rank=8, moderator=True)
OWNER = Standing("owner", rank=0, moderator=False, owner=True)
GONE = Standing("gone", rank=-1, moderator=False)


@pytest.mark.parametrize(("actor", "target"), [(MOD, MEMBER), (MOD, GONE), (ADMIN, MOD), (OWNER, ADMIN)])
def test_a_moderator_acts_on_whoever_is_below(actor: Standing, target: Standing) -> None:
    check_above(actor, target)


def test_the_owner_acts_on_themselves_too() -> None:
    check_above(OWNER, OWNER)


@pytest.mark.parametrize("target", [PEER, ADMIN, HIGH_MEMBER, OWNER, MOD], ids=lambda one: one.user)
def test_nobody_acts_on_peers_or_above_or_on_themselves(target: Standing) -> None:
    with pytest.raises(NotAbove):
        check_above(MOD, target)


@pytest.mark.parametrize("target", [MEMBER, GONE, HIGH_MEMBER, OWNER], ids=lambda one: one.user)
def test_a_high_rank_alone_gives_no_right(target: Standing) -> None:
    with pytest.raises(NotModerator):
        check_above(HIGH_MEMBER, target)
