"""The page as one ASGI application: FastAPI, with Gradio's pages mounted in it, one for each language."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.core.affairs import Affairs
from bot.core.asking import Asking
from bot.core.catalogues import Catalogues
from bot.core.complaints import Complaints
from bot.core.notices import Letters
from bot.web.following import Following
from bot.web.forms import Forms
from bot.web.gate import Gate
from bot.web.house import House
from bot.web.operator.badge import Attempts, Badge
from bot.web.operator.pages import OperatorPages
from bot.web.samples import ASSETS
from bot.web.shelf import Shelf
from bot.web.signing_in import SigningIn
from bot.web.speech import LANGUAGE_COOKIE, Speech
from bot.web.visitors import Visitors
from config.settings import Settings
from tasks.clock import Clock, system_clock
from tasks.desk import Desk
from tasks.store.store import Store

# Gradio and what it brings along look these up; none of them asks anybody outside for anything then.
_QUIET = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    # Nor does it make tables of every event for a page that nobody may open here.
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(2**60),
    "GRADIO_RUN_HISTORY": "False",
    "GRADIO_MCP_SERVER": "False",
    "GRADIO_SSR_MODE": "False",
    "GRADIO_SHARE": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
}
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def make_house(
    settings: Settings,
    desk: Desk,
    store: Store,
    catalogues: Catalogues,
    folder: str,
    clock: Clock = system_clock,
) -> House:
    """folder: an empty one, for this process alone, in which Gradio believes its files to be.

    Raises `SettingMissing`, `OptionInvalid`.
    """
    shelf = Shelf(desk, store, folder, settings.max_picture_mb)
    return House(
        settings,
        desk,
        store,
        Asking(desk, store, settings),
        Affairs(desk, store, settings, clock),
        Complaints(desk, store),
        Letters(desk),
        shelf,
        Forms(shelf),
        Following(desk, clock),
        Speech(catalogues, clock),
        Visitors(settings),
        prefix=urlsplit(settings.web_url or "").path.rstrip("/"),
    )


def make_app(house: House, folder: str) -> ASGIApp:
    """Everything, behind the gate. `folder` as for `make_house`."""
    os.environ |= {**_QUIET, "GRADIO_TEMP_DIR": folder, "GRADIO_EXAMPLES_CACHE": f"{folder}/examples"}
    # Gradio reads some of these when it is imported.
    from bot.web.tryon.page import mount_tryon

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    # Gradio adds none of its own then, which would let other sites' pages in.
    app.add_middleware(CORSMiddleware, allow_origins=[])
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=_hosts(house.settings))
    app.router.routes += SigningIn(house).routes()
    app.router.routes += operator_routes(house)
    app.router.routes += _small_routes(house)
    paths = tuple(mount_tryon(app, house, language) for language in house.speech.languages)
    secure = (house.settings.web_url or "").startswith("https:")
    return Gate(
        app,
        house.visitors,
        house.shelf,
        house.asking,
        house.speech.tongue_for,
        paths,
        prefix=house.prefix,
        secure=secure,
    )


def operator_routes(house: House, clock: Clock = system_clock) -> list[Route]:
    """The operator's page; nothing where no password is set for it."""
    key, password = house.settings.secret_key, house.settings.operator_password
    if key is None or password is None:
        return []
    return OperatorPages(house, Badge(key, password, clock), Attempts(clock)).routes()


def _hosts(settings: Settings) -> list[str]:
    """By which names we are called. Another site's name that points here is none of them."""
    named = urlsplit(settings.web_url or "").hostname
    if named is not None:
        return [named, *_LOOPBACK]
    if settings.web_host in ("127.0.0.1", "localhost", "::1"):
        return [*_LOOPBACK, "::1"]
    return ["*"]  # With a password, by whatever name this machine has.


def _small_routes(house: House) -> list[Route]:
    async def root(request: Request) -> Response:
        """To the page in the visitor's language, with whatever settings the link has."""
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{house.prefix}/{house.speech.language_of(request)}/{query}", 303)

    async def language(request: Request) -> Response:
        """The switch: remembered, and gone to."""
        name = request.path_params["name"]
        if name not in house.speech.languages:
            return PlainTextResponse("not found", 404)
        response = RedirectResponse(f"{house.prefix}/{name}/", 303)
        response.set_cookie(LANGUAGE_COOKIE, name, max_age=365 * 24 * 3600, samesite="lax")
        return response

    async def icon(_: Request) -> Response:
        drawing = (ASSETS / "icon.svg").read_bytes()
        return Response(drawing, media_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"})

    async def manifest(_: Request) -> Response:
        return JSONResponse({"name": "AI-Giydir", "icons": [{"src": "favicon.svg", "sizes": "any"}]})

    async def robots(_: Request) -> Response:
        return PlainTextResponse("User-agent: *\nDisallow: /\n")

    return [
        Route("/", root),
        Route("/language/{name}", language),
        Route("/favicon.ico", icon),
        Route("/favicon.svg", icon),
        Route("/manifest.json", manifest),
        Route("/robots.txt", robots),
    ]
