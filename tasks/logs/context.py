"""Loggers, and the job that a line is about.

Events go to the standard library's loggers, so that there is one way out for our lines and the libraries'.
This does not depend on any setting: it is set up on import, and a process that configures nothing is as quiet
as the standard library is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    wrapper_class=structlog.stdlib.BoundLogger,
    logger_factory=structlog.stdlib.LoggerFactory(),
)


def get_logger() -> structlog.stdlib.BoundLogger:
    """The calling module's logger: `log = get_logger()` at its top."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger()
    return logger


@contextmanager
def job_context(job_id: int, attempt: int | None = None) -> Iterator[None]:
    """Every line said within names the job: in this thread or task, and what `asyncio.to_thread` runs."""
    about = {"job": job_id} if attempt is None else {"job": job_id, "attempt": attempt}
    with structlog.contextvars.bound_contextvars(**about):
        yield
