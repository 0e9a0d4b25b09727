"""The errors that Discord answers, with status and code (its docs: topics/opcodes-and-status-codes)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Refusal(Exception):
    """A proper request that cannot be: an answer as any other, which a bot has to live with."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.code = code
        self.message = message

    def answer(self) -> dict[str, Any]:
        return {"message": self.message, "code": self.code}


class Forbidden(Refusal):
    """A request that no bot may send: recorded as a violation."""

    def __init__(
        self,
        problems: Sequence[str],
        status: int = 400,
        code: int = 50035,
        message: str = "Invalid Form Body",
    ) -> None:
        super().__init__(status, code, message)
        self.problems = tuple(problems)

    def answer(self) -> dict[str, Any]:
        if self.code != 50035:
            return super().answer()
        errors: dict[str, Any] = {}
        for problem in self.problems:
            where, _, what = problem.partition(": ")
            inner = errors
            for name in where.split("."):
                inner = inner.setdefault(name, {})
            inner.setdefault("_errors", []).append({"code": "INVALID", "message": what})
        return {**super().answer(), "errors": errors}


def unauthorized() -> Refusal:
    return Refusal(401, 0, "401: Unauthorized")


def unknown_channel() -> Refusal:
    return Refusal(404, 10003, "Unknown Channel")


def unknown_guild() -> Refusal:
    return Refusal(404, 10004, "Unknown Guild")


def unknown_member() -> Refusal:
    return Refusal(404, 10007, "Unknown Member")


def unknown_message() -> Refusal:
    return Refusal(404, 10008, "Unknown Message")


def unknown_user() -> Refusal:
    return Refusal(404, 10013, "Unknown User")


def unknown_webhook() -> Refusal:
    return Refusal(404, 10015, "Unknown Webhook")


def unknown_interaction() -> Refusal:
    return Refusal(404, 10062, "Unknown interaction")


def unknown_command() -> Refusal:
    return Refusal(404, 10063, "Unknown application command")


def already_acknowledged() -> Refusal:
    return Refusal(400, 40060, "Interaction has already been acknowledged.")


def missing_access() -> Refusal:
    return Refusal(403, 50001, "Missing Access")


def not_the_author() -> Refusal:
    return Refusal(403, 50005, "Cannot edit a message authored by another user")


def cannot_write_to_user() -> Refusal:
    return Refusal(403, 50007, "Cannot send messages to this user")


def missing_permissions() -> Refusal:
    return Refusal(403, 50013, "Missing Permissions")


def invalid_webhook_token() -> Refusal:
    return Refusal(401, 50027, "Invalid Webhook Token")


def empty_message() -> Forbidden:
    return Forbidden(["body: an empty message"], 400, 50006, "Cannot send an empty message")


def too_large(problems: Sequence[str]) -> Forbidden:
    return Forbidden(problems, 413, 40005, "Request entity too large")
