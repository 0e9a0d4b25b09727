"""What a monitor asks a process: does it answer, can it work, what are its numbers."""

from __future__ import annotations

from tasks.health.checks import Check, redis_answers, seen_within
from tasks.health.server import HealthServer

__all__ = ["Check", "HealthServer", "redis_answers", "seen_within"]
