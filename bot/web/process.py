"""The web page as a process: one server in one event loop, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import ipaddress
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress

import uvicorn

from bot.core.catalogues import Catalogues
from bot.core.ears import hearing
from bot.web.app import make_app, make_house
from bot.web.following import Following
from bot.web.house import House
from config.settings import Settings
from tasks.broker.connection import connect
from tasks.desk import Desk
from tasks.errors import PortTaken, SettingMissing
from tasks.health import Check, HealthServer
from tasks.logs import configure_logging, get_logger
from tasks.store.store import Store

log = get_logger()

# How long open pages are waited for at the end: they follow jobs, and would never let go by themselves.
_GRACE_SECONDS = 3
# A round takes as long as the database does; this is far longer.
_ROUND_SECONDS = 60.0


def check_reach(settings: Settings) -> None:
    """Raises `SettingMissing` where strangers could come in without anybody having said how."""
    if _is_loopback(settings.web_host):
        return
    if settings.web_password is None and settings.web_users is None and settings.web_url is None:
        raise SettingMissing(
            "GIYDIR_WEB_HOST is reached from other machines: set GIYDIR_WEB_PASSWORD or GIYDIR_WEB_USERS, or"
            " GIYDIR_WEB_URL behind a reverse proxy"
        )


def run_web(settings: Settings, desk: Desk) -> None:
    """Serve until told to stop. Raises `SettingMissing`, `OptionInvalid`, `PortTaken`."""
    check_reach(settings)
    configure_logging(settings, "web")
    store = Store.open(settings)
    with tempfile.TemporaryDirectory(prefix="giydir-web-") as folder:
        # Whatever passes through a file for a moment: in here, where nobody else looks.
        tempfile.tempdir = folder
        house = make_house(settings, desk, store, Catalogues.load(), folder)
        with _listening(settings) as listener:
            asyncio.run(_serve(house, folder, listener))
    log.info("ended")


async def _serve(house: House, folder: str, listener: socket.socket) -> None:
    settings, following = house.settings, house.following
    config = uvicorn.Config(
        # Made here: without a running loop, Gradio makes loops of its own, and leaves them open.
        make_app(house, folder),
        log_config=None,
        log_level="warning",  # That it begins and ends we say ourselves.
        access_log=False,  # Addresses of visitors, and their every step.
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = _Server(config)
    with _health(house), hearing(connect(settings), following.hear):
        rounds = asyncio.create_task(following.run())
        log.info("begun", host=settings.web_host, port=listener.getsockname()[1])
        try:
            await server.serve(sockets=[listener])
        finally:
            rounds.cancel()
            with suppress(asyncio.CancelledError):
                await rounds


def _health(house: House) -> AbstractContextManager[HealthServer | None]:
    settings = house.settings
    if settings.web_health_port == 0:
        return nullcontext()
    checks: dict[str, Check] = {"page": _check(house.following)}
    return HealthServer(settings.health_host, settings.web_health_port, checks, house.desk.figures)


def _check(following: Following) -> Check:
    began = time.monotonic()

    def check() -> str | None:
        last = following.last_round or began
        return None if time.monotonic() - last <= _ROUND_SECONDS else "silent"

    return check


class _Server(uvicorn.Server):
    """Ends as the other processes do: uvicorn's own would send itself the signal once more at the end."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop)
        yield

    def _stop(self) -> None:
        self.should_exit = True


def _listening(settings: Settings) -> socket.socket:
    host, port = settings.web_host, settings.web_port
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise PortTaken(f"the web page cannot listen on port {port}: {reason}") from None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
