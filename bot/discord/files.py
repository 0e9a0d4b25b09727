"""A file that a member sent: where it lies with Discord, so that it can be fetched when it is time."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

import discord

from tasks.errors import PictureMissing

if TYPE_CHECKING:
    from bot.discord.client import TryOnClient


@dataclass(frozen=True)
class File:
    """`size` in bytes, as Discord says. Whoever knows `url` can read the file, for about a day."""

    url: str = field(repr=False)
    size: int

    @classmethod
    def of(cls, attachment: discord.Attachment) -> Self:
        return cls(attachment.url, attachment.size)

    def kept(self) -> dict[str, Any]:
        """As JSON has it; `File(**kept)` is the same again."""
        return asdict(self)

    async def read(self, client: TryOnClient) -> bytes:
        """Raises `PictureMissing` where Discord has it no longer."""
        try:
            return await client.http.get_from_cdn(self.url)
        except (discord.NotFound, discord.Forbidden):
            raise PictureMissing("Discord has the file no longer") from None
