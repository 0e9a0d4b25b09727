"""A small web server beside the work: `/metrics`, `/healthz`, `/readyz`.

It has a thread and an event loop of its own, so a busy worker answers. Start it after a fork, never before.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Self

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from tasks.errors import DatabaseUnavailable, DeskError, PortTaken
from tasks.health.checks import Check
from tasks.health.patience import Patient
from tasks.health.standing import Standing
from tasks.logs import get_logger
from tasks.metrics import REGISTRY
from tasks.records import Figures

log = get_logger()

CHECK_SECONDS = 2.0
_LAST_PORT = 65_535


class HealthServer:
    """`checks` say by name whether the process can work; `figures` (`Desk.figures`) is read when scraped."""

    def __init__(
        self,
        host: str,
        port: int,
        checks: Mapping[str, Check],
        figures: Callable[[], Figures] | None = None,
        *,
        more_ports: int = 0,
        seconds: float = CHECK_SECONDS,
    ) -> None:
        """Port 0 is any free one; `more_ports`: how many after `port` to try where that is taken.

        `seconds` is how long a check, and the reading of the figures, may take.
        """
        self.host = host
        self.port = port
        self._ports = range(port, min(port + more_ports if port else 0, _LAST_PORT) + 1)
        self._checks = {name: Patient(check, seconds) for name, check in checks.items()}
        self._figures = None if figures is None else Patient(figures, seconds)
        self._failed: dict[str, str] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Listen; `port` is then the one in use. Raises `PortTaken`."""
        listening: Future[int] = Future()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(listening)), name="giydir-health", daemon=True
        )
        self._thread.start()
        self.port = listening.result()
        log.info("listening", at=f"http://{self.host}:{self.port}")
        return self

    def stop(self) -> None:
        """Answer no more. Nothing happens where it was not started."""
        if self._thread is None or self._loop is None or self._stopping is None:
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def _serve(self, listening: Future[int]) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application()
        app.add_routes(
            [
                web.get("/healthz", self._healthz),
                web.get("/readyz", self._readyz),
                web.get("/metrics", self._metrics),
            ]
        )
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        try:
            await runner.setup()
            port = await self._listen(runner)
        except BaseException as error:  # Whoever starts the server raises it.
            listening.set_exception(error)
        else:
            listening.set_result(port)
            await self._stopping.wait()
        finally:
            await runner.cleanup()

    async def _listen(self, runner: web.AppRunner) -> int:
        for port in self._ports:
            site = web.TCPSite(runner, self.host, port)
            try:
                await site.start()
            except OSError:
                continue
            return int(runner.addresses[0][1])
        last = f" to {self._ports[-1]}" if len(self._ports) > 1 else ""
        raise PortTaken(f"cannot listen on {self.host}, port {self._ports[0]}{last}")

    async def _healthz(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _readyz(self, _: web.Request) -> web.Response:
        words = await asyncio.gather(*(_word(check) for check in self._checks.values()))
        failed = {name: word for name, word in zip(self._checks, words, strict=True) if word is not None}
        if failed != self._failed:
            self._failed = failed
            log.warning("unready" if failed else "ready_again", **failed)
        return web.json_response({"ready": not failed, "failed": failed}, status=503 if failed else 200)

    async def _metrics(self, _: web.Request) -> web.Response:
        text = generate_latest(REGISTRY)
        if self._figures is not None:
            desk = CollectorRegistry()
            desk.register(Standing(await _read(self._figures)))
            text += generate_latest(desk)
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


async def _word(check: Patient[str | None]) -> str | None:
    try:
        return await check()
    except TimeoutError:
        return "no_answer_in_time"
    except DeskError as error:
        return error.code


async def _read(figures: Patient[Figures]) -> Figures | None:
    try:
        return await figures()
    except (TimeoutError, DatabaseUnavailable):
        return None
