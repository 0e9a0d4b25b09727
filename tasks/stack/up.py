"""`giydir up`: everything on this machine, with nothing else installed, until it is told to stop."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from config.settings import VAR, Settings, load_settings, private_socket
from tasks.db.engine import open_engine
from tasks.db.revisions import current_revision, newest_revision
from tasks.db.schema import upgrade
from tasks.logs import configure_logging
from tasks.stack.front_ends import front_end_parts
from tasks.stack.page import PORT_VARIABLE, Page, find_page, open_page
from tasks.stack.parts import dispatcher_part, redis_part, worker_part
from tasks.stack.secret import add_secret_key
from tasks.stack.summary import summary
from tasks.stack.supervisor import NotReady, Supervisor

ENV_FILE = Path(".env")
_PAGE_SECONDS = 90.0


def run_up(settings: Settings, *, workers: int, show_page: bool, say: Callable[[str], None]) -> None:
    """Start all parts in order, watch them, and stop them on SIGINT or SIGTERM; returns when all have ended.

    A missing secret key is made, and a database brought to its newest schema. `show_page`: open the web page
    in a browser, where there is a screen. Raises `NotReady` where something does not come up or runs already,
    `DatabaseUnavailable`.
    """
    VAR.mkdir(mode=0o700, exist_ok=True)
    with _alone(VAR / "giydir.lock"):
        configure_logging(settings, "up")
        if settings.secret_key is None:
            add_secret_key(ENV_FILE)
            settings = load_settings(ENV_FILE)
            say(f"Made a secret key, in {ENV_FILE.resolve()}: keep a copy apart from {VAR.resolve()}.")
        if (before := _bring_up_to_date(settings)) is not None:
            say(f"Brought the database from revision {before} to {newest_revision()}.")
        stopping = _stop_on_signals()
        page = find_page(settings)
        # The page's process takes the port that was found for it.
        environment = os.environ | ({PORT_VARIABLE: str(page.port)} if page else {})
        with Supervisor(environment) as stack:
            if settings.redis_url is None:
                stack.start(redis_part(private_socket(VAR)))
            stack.start(dispatcher_part())
            for number in range(1, workers + 1):
                stack.start(worker_part(settings, number))
            fronts = front_end_parts(settings)
            for part in fronts:
                stack.start(part)
            names = [part.name for part in fronts]
            if "web" not in names:
                page = None
            if page is not None and not _come_up(stack, stopping, page):
                say("The web page does not answer yet; lines above this one may say why.")
            if not stopping.is_set():
                for line in summary(settings, workers, names, page):
                    say(line)
                if show_page and page is not None and open_page(page):
                    say("Opened the web page in a browser.")
            stack.run(stopping)
            say("Stopping; jobs in hand are finished or put back.")
    say("Stopped.")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise NotReady(
            f"giydir is up already on {path.resolve().parent}; stop it first, or use another folder"
        ) from None
    try:
        yield
    finally:
        lock.release()


def _come_up(stack: Supervisor, stopping: threading.Event, page: Page) -> bool:
    """Wait for the page, unless we are told to stop meanwhile. Returns whether it answers."""
    until = time.monotonic() + _PAGE_SECONDS
    there = False

    def enough() -> bool:
        nonlocal there
        there = page.answers()
        return there or time.monotonic() > until

    stack.run(stopping, enough)
    return there or stopping.is_set()


def _bring_up_to_date(settings: Settings) -> str | None:
    """The revision at which a database of an older version was; `None` if it was new, or up to date."""
    engine = open_engine(
        settings.database_url.get_secret_value(), busy_seconds=settings.database_busy_seconds
    )
    try:
        before = current_revision(engine)
        upgrade(engine)
        return before if before != newest_revision() else None
    finally:
        engine.dispose()


def _stop_on_signals() -> threading.Event:
    stopping = threading.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda *_: stopping.set())
    return stopping
