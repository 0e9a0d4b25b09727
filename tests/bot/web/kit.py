"""The true page on a port of its own; with a desk, a store, a Redis, and a worker who works at once."""

from __future__ import annotations

import asyncio
import io
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from PIL import Image

from bot.core.ears import hearing
from bot.web.app import make_app, make_house
from bot.web.house import House
from config.settings import Settings
from tasks.broker.connection import connect
from tasks.broker.events import Announcer, Event
from tasks.clock import system_clock
from tasks.db.engine import open_engine
from tasks.db.schema import upgrade
from tasks.desk import Desk
from tasks.store.store import Store
from tasks.worker.drain import Drain
from tasks.worker.shift import Outcome, Shift
from tests.bot.kit import CATALOGUES, photo
from tests.tasks.redis import RedisServer

SECONDS = 120.0


@dataclass
class Site:
    """The page at `url`, and what is behind it."""

    url: str
    house: House
    desk: Desk
    store: Store
    folder: Path
    announcer: Announcer
    mask: bytes = field(default_factory=lambda: _mask(), repr=False)
    insight: dict[str, bytes] = field(default_factory=dict, repr=False)
    picture: bytes = field(default_factory=lambda: photo("crimson", (192, 256), "PNG"), repr=False)

    def work(self, *, steps: int = 3, pause: float = 0.3, hold: threading.Event | None = None) -> None:
        """Take up the next job, as soon as there is one, and make its picture; `hold` is waited for at the
        last step. Stops where it is asked to."""
        until = time.monotonic() + SECONDS
        while (claim := self.desk.claim("worker")) is None:
            assert time.monotonic() < until, "nobody asked for a picture"
            time.sleep(0.05)
        whole = claim.job.request.steps
        self.announcer.tell(Event("started", claim.job.id, 0, whole))
        for number in range(1, steps + 1):
            step = whole * number // steps
            preview = photo("salmon", (48, 64)) if number > 1 else None
            self.announcer.tell(Event("step", claim.job.id, step, whole, preview))
            until = time.monotonic() + pause
            while time.monotonic() < until or (hold is not None and number == steps and not hold.is_set()):
                if self.desk.heartbeat(claim.token, step).cancel:
                    self.desk.cancelled(claim.token)
                    self.announcer.tell(Event("ended", claim.job.id))
                    return
                time.sleep(0.05)
        for key in (claim.job.request.source_key, claim.job.request.reference_key):
            self.store.get(claim.account_id, key)
        picture = self.mask if claim.job.request.look else self.picture
        pictures = {}
        if claim.job.request.options.get("insight"):
            for name in ("mask", "densepose", "keypoints", "flow"):
                pictures[name] = self.store.put(claim.account_id, self.insight.get(name, self.mask))
        self.desk.succeed(claim.token, self.store.put(claim.account_id, picture), pictures)
        self.announcer.tell(Event("ended", claim.job.id))

    @contextmanager
    def real_worker(self, *, slowly: float = 0) -> Iterator[None]:
        """The worker as it is, with the mini model, for one job; in a thread of this process. `slowly`: so
        many seconds are waited at each step."""
        from tasks.worker.truthful import Truthful

        certificate = self.folder / "certificate.pem"
        settings = self.house.settings.model_copy(update={"device": "cpu", "certificate": certificate})
        engine = Truthful.open(settings)
        engine.warm()
        shift = Shift(
            self.desk,
            self.store,
            engine,
            self.announcer,
            Drain(),
            settings,
            "worker",
            on_progress=lambda _: time.sleep(slowly),
        )

        def work() -> None:
            until = time.monotonic() + SECONDS
            while shift.serve() is Outcome.NOTHING:
                assert time.monotonic() < until, "nobody asked for a picture"
                time.sleep(0.1)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        yield
        thread.join(SECONDS)

    @contextmanager
    def working(self, **how: object) -> Iterator[None]:
        """A worker beside, for one job."""
        thread = threading.Thread(target=self.work, kwargs=how, daemon=True)
        thread.start()
        yield
        thread.join(SECONDS)
        assert not thread.is_alive(), "the worker is not done"


def _mask() -> bytes:
    """White in its middle."""
    mask = Image.new("L", (480, 640), 0)
    mask.paste(255, (140, 200, 340, 420))
    file = io.BytesIO()
    mask.save(file, "PNG")
    return file.getvalue()


@contextmanager
def site(folder: Path, redis: RedisServer, **changed: object) -> Iterator[Site]:
    """Served until the end."""
    values = {
        "database_url": f"sqlite:///{folder}/desk.db",
        "store_url": f"file://{folder}/store",
        "redis_url": redis.url,
        "secret_key": "k" * 40,
        "member_limit": 100,
        **changed,
    }
    settings = Settings.model_validate(values)
    engine = open_engine(f"sqlite:///{folder}/desk.db")
    upgrade(engine)
    desk = Desk(engine, settings, system_clock)
    store = Store.open(settings)
    gradio = folder / "gradio"
    gradio.mkdir()
    house = make_house(settings, desk, store, CATALOGUES, str(gradio))
    listener = socket.create_server(("127.0.0.1", 0))
    servers: list[uvicorn.Server] = []
    thread = threading.Thread(target=asyncio.run, args=(_serve(servers, listener, house, str(gradio)),))
    thread.start()
    try:
        until = time.monotonic() + SECONDS
        while not servers or not servers[0].started:
            assert time.monotonic() < until, "the page did not start"
            assert thread.is_alive(), "the page did not start"
            time.sleep(0.02)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        yield Site(url, house, desk, store, folder, Announcer(connect(settings)))
    finally:
        for server in servers:
            server.should_exit = True
        thread.join(SECONDS)
        engine.dispose()


async def _serve(servers: list[uvicorn.Server], listener: socket.socket, house: House, folder: str) -> None:
    config = uvicorn.Config(make_app(house, folder), log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    servers.append(server)
    with hearing(connect(house.settings), house.following.hear):
        rounds = asyncio.create_task(house.following.run())
        try:
            await server.serve(sockets=[listener])
        finally:
            rounds.cancel()
