"""Structured logs: one form for every line of every process, whichever library says it.

An event is a short word, and what it is about are fields: `log.info("succeeded", seconds=2.5)`. The job is
bound once, by `job_context`, and stands on every line that is said meanwhile.
"""

from __future__ import annotations

from tasks.logs.context import get_logger, job_context
from tasks.logs.setup import configure_logging, keep_root_logger

__all__ = ["configure_logging", "get_logger", "job_context", "keep_root_logger"]
