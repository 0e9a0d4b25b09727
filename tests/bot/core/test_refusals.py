"""No code without a sentence, in every language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import bot.core.errors  # (its classes count among the desk's errors)
import leffa.errors
import tasks.worker
from bot.core.refusals import CODES, is_inside, refusal
from tasks.errors import DeskError
from tasks.jobs.sweep import WORKER_LOST
from tasks.moderation.removal import REMOVED
from tasks.worker.shift import ENGINE_FAILED, TOO_SLOW
from tasks.worker.truthful import JOB_CODES
from tests.bot.kit import CATALOGUES, tongue

WHEN = datetime(2026, 6, 1, 12, 30, tzinfo=UTC)
# What time opens again.
GATES = {"banned", "banned_here", "cooldown", "quota_exceeded", "pool_exhausted"}


def tree(root: type[Exception]) -> Iterator[str]:
    yield root.code  # type: ignore[attr-defined]
    for child in root.__subclasses__():
        yield from tree(child)


def codes_in_the_worker() -> Iterator[str]:
    """Codes that stand in the worker's own source as what a job is refused or failed with."""
    for path in Path(tasks.worker.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("OrderRefused", "EngineFault")
                and isinstance(node.args[0], ast.Constant)
            ):
                yield str(node.args[0].value)


def all_codes() -> set[str]:
    constants = {WORKER_LOST, REMOVED, ENGINE_FAILED, TOO_SLOW}
    return {*tree(DeskError), *tree(leffa.errors.LeffaError), *codes_in_the_worker(), *JOB_CODES, *constants}


def test_every_code_there_is_has_a_sentence() -> None:
    assert {"model_unknown", "out_of_memory"} <= set(codes_in_the_worker())
    assert issubclass(bot.core.errors.SeedInvalid, DeskError)
    assert all_codes() - CODES == set()


@pytest.mark.parametrize("language", sorted(CATALOGUES.languages))
@pytest.mark.parametrize("code", sorted(CODES))
def test_a_sentence_is_for_people(code: str, language: str) -> None:
    for retry_at in (None, WHEN):
        text = refusal(tongue(language), code, reference="ab12", retry_at=retry_at)
        assert text.endswith((".", "?")) or is_inside(code)
        assert code not in text or "_" not in code
        assert "{" not in text
        assert ("ab12" in text) == is_inside(code)


@pytest.mark.parametrize("language", sorted(CATALOGUES.languages))
@pytest.mark.parametrize("code", sorted(GATES))
def test_a_gate_that_opens_says_when(code: str, language: str) -> None:
    speaking = tongue(language)
    assert "<12:30>" in refusal(speaking, code, reference="", retry_at=WHEN)
    assert "<" not in refusal(speaking, code, reference="")


def test_a_code_that_nobody_knows_is_told_by_a_number() -> None:
    assert "ab12" in refusal(tongue("en"), "never_heard_of", reference="ab12")
