"""The errors that the Bot API answers, in its own words: bots have to tell them apart by those."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Refusal(Exception):
    """A proper request that cannot be: an answer as any other, which a bot has to live with."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(f"{status} {description}")
        self.status = status
        self.description = description
        self.parameters = parameters

    def answer(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ok": False, "error_code": self.status, "description": self.description}
        return {**body, "parameters": self.parameters} if self.parameters else body


class Forbidden(Refusal):
    """A request that no bot may send: recorded as a violation."""

    def __init__(self, problems: Sequence[str], status: int = 400, description: str = "") -> None:
        super().__init__(status, description or f"Bad Request: {'; '.join(problems)}")
        self.problems = tuple(problems)


def bad_request(what: str) -> Refusal:
    return Refusal(400, f"Bad Request: {what}")


def chat_not_found() -> Refusal:
    return bad_request("chat not found")


def blocked() -> Refusal:
    return Refusal(403, "Forbidden: bot was blocked by the user")


def never_started() -> Refusal:
    return Refusal(403, "Forbidden: bot can't initiate conversation with a user")


def kicked() -> Refusal:
    return Refusal(403, "Forbidden: bot was kicked from the group chat")


def conflict_with_webhook() -> Refusal:
    return Refusal(
        409,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the"
        " webhook first",
    )


def conflict_with_poll() -> Refusal:
    return Refusal(
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    )


def not_modified() -> Refusal:
    return bad_request(
        "message is not modified: specified new message content and reply markup are exactly the same as a"
        " current content and reply markup of the message"
    )


def too_many(seconds: int) -> Refusal:
    return Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
