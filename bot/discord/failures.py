"""What Discord's errors mean for whoever owes somebody a message."""

from __future__ import annotations

from collections.abc import Awaitable

import aiohttp
import discord

from bot.core.post import Later, Unreachable
from tasks.logs import get_logger

log = get_logger()


class OutOfReach(Exception):
    """The message cannot be edited any more, by no right that we have."""


async def typed(work: Awaitable[object]) -> None:
    """Raises `Later` and `Unreachable` in place of discord.py's own errors."""
    try:
        await work
    except OutOfReach:
        raise Unreachable("the placeholder is out of reach") from None
    except (discord.NotFound, discord.Forbidden) as error:
        raise Unreachable(f"{error.status} {error.code}") from None
    except discord.DiscordServerError:
        raise Later from None
    except discord.RateLimited as limited:
        raise Later(limited.retry_after) from None
    except discord.HTTPException as error:
        if error.status == 429:
            raise Later from None
        # Discord will never take it, whatever is tried: for us to read.
        log.error("message_refused", status=error.status, code=error.code, reason=error.text)
        raise Unreachable(f"{error.status} {error.code}") from None
    except (aiohttp.ClientError, OSError, TimeoutError):
        raise Later from None
