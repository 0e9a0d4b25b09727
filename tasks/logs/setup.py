"""The one way out: the root logger's only handler, which writes guarded lines as JSON or as text."""

from __future__ import annotations

import logging
import sys
import threading
from types import TracebackType
from typing import Any, Literal, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from config.settings import Settings
from tasks.logs.guard import Guard

# Libraries' debug lines hold messages, rows and addresses; ours do not.
_OURS = ("bot", "config", "giydir", "leffa", "migrations", "tasks")
# A line for every request that is made or answered, and for every statement.
_CHATTY = (
    "aiohttp.access",
    "celery.app.trace",
    "celery.worker.strategy",
    "httpcore2",
    "httpx2",
    "sqlalchemy",
)
# What they say of their own beginnings; we say that ourselves, in a line. All of it on `debug`.
_TALKATIVE = ("alembic", "celery.apps.worker", "celery.worker.consumer.connection")
_LOST = "line_lost"
# What a line begins with, in this order; then the fields of its own.
_FIRST = ("time", "level", "process", "pid", "worker", "logger", "event", "job", "attempt")


def configure_logging(
    settings: Settings, process: str, *, worker: str | None = None, stream: TextIO | None = None
) -> None:
    """Send every line of this process to `stream` (stderr), in one form. May be called again.

    `process` is what it is started as (`worker`, `dispatcher`), `worker` a worker's own name. Uncaught
    exceptions, of threads too, and warnings become lines as well.
    """
    stream = stream or sys.stderr
    guard = Guard(settings)
    handler = _Handler(stream)
    handler.setFormatter(_formatter(_form(settings, stream), guard, process, worker))
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    root = logging.getLogger()
    for old in [old for old in root.handlers if isinstance(old, _Handler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(max(level, logging.INFO))
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    for name in _TALKATIVE:
        quiet = logging.INFO if level <= logging.DEBUG else logging.WARNING
        logging.getLogger(name).setLevel(max(level, quiet))
    logging.captureWarnings(True)
    sys.excepthook = _log_crash
    threading.excepthook = _log_thread_crash


def keep_root_logger(**_: object) -> None:
    """Connect this to Celery's signal `setup_logging`, and it leaves the loggers and stdout as they are."""


def _form(settings: Settings, stream: TextIO) -> Literal["json", "text"]:
    if settings.log_format == "auto":
        return "text" if stream.isatty() else "json"
    return settings.log_format


def _formatter(
    form: Literal["json", "text"], guard: Guard, process: str, worker: str | None
) -> logging.Formatter:
    def about(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
        record = cast(logging.LogRecord, line["_record"])
        line.update(level=record.levelname.lower(), process=process, pid=record.process)
        if worker is not None:
            line["worker"] = worker
        line["logger"] = record.name
        return line

    def guarded(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
        ordered = {key: line[key] for key in _FIRST if key in line}
        return guard.fields(ordered | dict(line))

    render: Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if form == "text":
        render = structlog.dev.ConsoleRenderer(
            colors=False, sort_keys=False, timestamp_key="time", pad_event_to=16
        )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.contextvars.merge_contextvars],
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            about,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.StackInfoRenderer(),
            # The standard traceback: code lines and the error's text, and no variable's value.
            structlog.processors.format_exc_info,
            guarded,
            render,
        ],
    )


class _Handler(logging.StreamHandler[TextIO]):
    """A line that cannot be made is told of by its logger's name: the usual way prints its arguments."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (the standard library's name)
        if record.msg == _LOST:
            return  # Nobody reads the stream any more.
        self.emit(
            logging.LogRecord(record.name, logging.ERROR, record.pathname, record.lineno, _LOST, (), None)
        )


def _log_crash(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("giydir").critical("crashed", exc_info=(kind, error, traceback))


def _log_thread_crash(args: Any) -> None:
    if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
        logging.getLogger("giydir").critical(
            "thread_crashed", exc_info=(args.exc_type, args.exc_value, args.exc_traceback)
        )
