"""What a platform's front end is to the process that runs it."""

from __future__ import annotations

from typing import Protocol

from bot.core.delivery import Delivery


class FrontEnd(Protocol):
    """One platform, connected as long as `run` runs."""

    name: str
    delivery: Delivery

    async def run(self) -> None:
        """Until cancelled. Raises `OptionInvalid` where the platform does not take our token."""

    def trouble(self) -> str | None:
        """One word for what is wrong, or `None`; may be asked from any thread."""
