"""The lines of a process, ours and the libraries'."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import celery
import pytest
from celery.signals import setup_logging
from pydantic import SecretStr

from config.settings import Settings
from tasks.logs import configure_logging, get_logger, job_context, keep_root_logger

SETTINGS = Settings(log_format="json", telegram_token=SecretStr("a-telegram-token"))
log = get_logger()


class Lines(io.StringIO):
    def read_all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Put back what a process sets once."""
    names = ("", *(name for name in logging.root.manager.loggerDict))
    levels = {name: logging.getLogger(name).level for name in names}
    handlers, hooks = logging.root.handlers[:], (sys.excepthook, threading.excepthook)
    yield
    logging.captureWarnings(False)
    logging.root.handlers[:] = handlers
    sys.excepthook, threading.excepthook = hooks
    for name in ("", *logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(levels.get(name, logging.NOTSET))


@pytest.fixture
def lines() -> Lines:
    stream = Lines()
    configure_logging(SETTINGS, "worker", worker="gpu-1", stream=stream)
    return stream


@pytest.mark.parametrize(("level", "shown"), [("info", 0), ("debug", 1), ("error", 0)])
def test_how_a_database_is_made_is_told_to_those_who_look_closely(level: str, shown: int) -> None:
    stream = Lines()
    settings = SETTINGS.model_copy(update={"log_level": level})
    configure_logging(settings, "up", stream=stream)
    logging.getLogger("alembic.runtime.migration").info("Running upgrade 0001 -> 0002")
    assert len(stream.read_all()) == shown


def test_a_line_says_when_who_what_and_about_which_job(lines: Lines) -> None:
    with job_context(7, 2):
        log.info("claimed", model="viton_hd", steps=30)
    (line,) = lines.read_all()
    assert list(line)[:9] == [
        *("time", "level", "process", "pid", "worker", "logger", "event", "job", "attempt"),
    ]
    at = datetime.fromisoformat(line.pop("time"))
    assert at.utcoffset() == timedelta(0)
    assert line == {
        "level": "info",
        "process": "worker",
        "pid": os.getpid(),
        "worker": "gpu-1",
        "logger": __name__,
        "event": "claimed",
        "job": 7,
        "attempt": 2,
        "model": "viton_hd",
        "steps": 30,
    }


def test_a_librarys_line_looks_the_same_and_names_the_job_too(lines: Lines) -> None:
    with job_context(7, 1):
        logging.getLogger("celery.worker").warning("lost %s, retrying", "a-telegram-token")
    (line,) = lines.read_all()
    assert (line["event"], line["logger"], line["job"]) == (
        "lost [hidden], retrying",
        "celery.worker",
        7,
    )


def test_the_job_is_named_within_only_and_in_threads_that_asyncio_starts(lines: Lines) -> None:
    async def work() -> None:
        with job_context(8):
            await asyncio.to_thread(log.info, "inside")

    asyncio.run(work())
    log.info("outside")
    inside, outside = lines.read_all()
    assert inside["job"] == 8
    assert "job" not in outside


def test_a_traceback_is_one_line_and_guarded(lines: Lines) -> None:
    try:
        raise ValueError("told a-telegram-token")
    except ValueError:
        log.exception("failed", user="ada")
    (line,) = lines.read_all()
    assert line["exception"].endswith("ValueError: told [hidden]")
    assert line["user"] == "[hidden]"
    assert "a-telegram-token" not in lines.getvalue()


def test_a_line_that_cannot_be_made_is_told_of_without_its_arguments(
    lines: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.root.handlers[:] = [
        handler for handler in logging.root.handlers if "pytest" not in repr(type(handler))
    ]
    logging.getLogger("library").error("%d pictures", "a-telegram-token")
    assert [line["event"] for line in lines.read_all()] == ["line_lost"]
    assert capsys.readouterr().err == ""


def test_warnings_are_lines(lines: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        configure_logging(SETTINGS, "worker", stream=lines)
        warnings.warn("old", stacklevel=1)
        logging.captureWarnings(False)
    assert lines.read_all()[0]["logger"] == "py.warnings"


def test_a_second_call_takes_the_place_of_the_first(lines: Lines) -> None:
    again = Lines()
    configure_logging(SETTINGS, "dispatcher", stream=again)
    log.info("said once")
    assert lines.getvalue() == ""
    assert [line["process"] for line in again.read_all()] == ["dispatcher"]


def test_debug_lines_are_ours_only() -> None:
    stream = Lines()
    configure_logging(SETTINGS.model_copy(update={"log_level": "debug"}), "bot", stream=stream)
    for name in ("tasks.worker", "discord.gateway", "sqlalchemy.engine.Engine"):
        logging.getLogger(name).debug("every detail")
    logging.getLogger("sqlalchemy.engine.Engine").info("INSERT INTO identities")
    logging.getLogger("discord.gateway").info("connected")
    assert [line["logger"] for line in stream.read_all()] == ["tasks.worker", "discord.gateway"]


def test_the_level_holds_for_all() -> None:
    stream = Lines()
    configure_logging(SETTINGS.model_copy(update={"log_level": "warning"}), "bot", stream=stream)
    logging.getLogger("tasks.worker").info("step")
    logging.getLogger("library").info("hello")
    logging.getLogger("library").warning("careful")
    assert [line["event"] for line in stream.read_all()] == ["careful"]


def test_text_is_for_a_terminal() -> None:
    class Terminal(Lines):
        def isatty(self) -> bool:
            return True

    terminal, file = Terminal(), Lines()
    settings = SETTINGS.model_copy(update={"log_format": "auto"})
    configure_logging(settings, "up", stream=terminal)
    logging.getLogger("tasks").info("ready\nforged line")
    configure_logging(settings, "up", stream=file)
    logging.getLogger("tasks").info("ready")
    (text,) = terminal.getvalue().splitlines()
    assert r"[info     ] ready\nforged line" in text
    assert "process=up" in text
    assert file.read_all()[0]["event"] == "ready"


def test_celery_leaves_the_loggers_alone(lines: Lines) -> None:
    before = logging.root.handlers[:]
    setup_logging.connect(keep_root_logger)
    try:
        celery.Celery("test", set_as_current=False).log.setup(loglevel="DEBUG", redirect_stdouts=True)
    finally:
        setup_logging.disconnect(keep_root_logger)
    assert logging.root.handlers == before
    assert logging.root.level == logging.INFO
    logging.getLogger("celery.app").warning("hello")
    assert [line["event"] for line in lines.read_all()] == ["hello"]


_CRASHING = """
import threading
from pydantic import SecretStr
from config.settings import Settings
from tasks.logs import configure_logging
configure_logging(Settings(telegram_token=SecretStr("a-telegram-token")), "worker")
def fail():
    raise RuntimeError("a-telegram-token in a thread")
thread = threading.Thread(target=fail)
thread.start()
thread.join()
raise RuntimeError("a-telegram-token")
"""


def test_the_last_words_of_a_process_are_guarded_lines_too() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _CRASHING], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    thread, main = [json.loads(line) for line in ended.stderr.splitlines()]
    assert (thread["event"], main["event"]) == ("thread_crashed", "crashed")
    assert main["exception"].endswith("RuntimeError: [hidden]")
    assert "a-telegram-token" not in ended.stderr + ended.stdout
