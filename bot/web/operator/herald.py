"""Telling members what was decided, from a process that speaks no platform."""

from __future__ import annotations

from bot.core.complaints import Notice
from tasks.logs import get_logger

log = get_logger()


class SilentHerald:
    """Members of bots are told nothing from here: they see it in their history, and may object there."""

    async def tell(self, notice: Notice) -> bool:
        log.info("notice_not_told", job=notice.job.id, reason="decided on the operator's page")
        return False
