"""What every request passes: who it is from, whether they may come in, and which of Gradio's doors are
open.

Uploads and files never reach Gradio: they go into the encrypted store and come from there, each visitor's
own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.core.asking import Asking
from bot.core.crossing import aside
from bot.core.refusals import refusal
from bot.core.tongue import Tongue
from bot.web.samples import PATHS
from bot.web.shelf import Shelf, media_type
from bot.web.uploads import Uploads
from bot.web.visitors import COOKIE, MAX_AGE, Visitor, Visitors
from tasks.errors import ConsentMissing, DeskError
from tasks.logs import get_logger

log = get_logger()

SIGN_IN = "/sign-in"
# What needs no sign-in: the page for it, what is the same for everybody, and the operator's page, which has
# one of its own.
_OPEN = re.compile(
    r"/(operator(/.*)?|sign-in|favicon\.ico|favicon\.svg|robots\.txt|manifest\.json|[a-z]{2}/login)/?"
)
# Of Gradio's many doors, those that this page needs.
_GRADIO = re.compile(
    r"/?(config/?|theme\.css|assets/.*|static/.*|favicon\.ico|manifest\.json|robots\.txt|svelte/.*|"
    r"gradio_api/(info|openapi\.json|queue/(join|data)|call/.*|cancel|reset|heartbeat/[a-z0-9]+|"
    r"startup-events|app_id|theme\.css))?/?"
)
_UPLOAD = re.compile(r"/?gradio_api/upload/?")
_PROGRESS = re.compile(r"/?gradio_api/upload_progress/?")
_FILE = re.compile(r"/?gradio_api/file=(.+)")
_MOST_BYTES = 1_000_000  # of a request that is no upload
# No other host is asked for anything, and nobody puts the page into a frame. Gradio has scripts in the page.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data: blob:;"
    " worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_ALWAYS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Gate:
    """Around the whole page, as ASGI."""

    def __init__(
        self,
        app: ASGIApp,
        visitors: Visitors,
        shelf: Shelf,
        asking: Asking,
        tongue_for: Callable[[Request], Tongue],
        tryon_paths: tuple[str, ...],
        *,
        prefix: str,
        secure: bool,
    ) -> None:
        """tryon_paths: where Gradio's pages are. prefix: what a reverse proxy puts before every path, and
        takes away again. secure: visitors come by https."""
        self._app = app
        self._visitors = visitors
        self._shelf = shelf
        self._uploads = Uploads(shelf)
        self._asking = asking
        self._tongue_for = tongue_for
        self._tryon_paths = tryon_paths
        self._prefix = prefix
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # No websocket is spoken here.
        _believe_no_proxy(scope)
        request = Request(scope, receive)
        known = self._visitors.read(request.cookies.get(COOKIE))
        visitor, fresh = known, False
        if known is None and not self._visitors.sign_in and _begins_visit(request):
            visitor, fresh = self._visitors.new(), True
        scope.setdefault("state", {})["visitor"] = visitor
        response = await self._answer(request, visitor)
        outgoing = _with_headers(send, self._set_cookie(visitor) if fresh and visitor else None)
        if response is not None:
            await response(scope, receive, outgoing)
        else:
            await self._app(scope, receive, outgoing)

    async def _answer(self, request: Request, visitor: Visitor | None) -> Response | None:
        """Ours, or `None` where the page itself answers."""
        path = request.url.path
        if visitor is None and not _OPEN.fullmatch(path):
            return self._stranger(request)
        inner = next((path.removeprefix(base) for base in self._tryon_paths if _below(path, base)), None)
        if inner is None or inner in ("/login", "/login/"):
            return None
        if visitor is None:
            return self._stranger(request)
        if _UPLOAD.fullmatch(inner) and request.method == "POST":
            return await self._upload(request, visitor)
        if (found := _FILE.fullmatch(inner)) is not None and request.method in ("GET", "HEAD"):
            return await self._file(found[1], visitor)
        if _PROGRESS.fullmatch(inner):
            # There is none to tell: files are taken in whole.
            return PlainTextResponse('data: {"msg": "done"}\n\n', media_type="text/event-stream")
        if not _GRADIO.fullmatch(inner):
            return PlainTextResponse("not found", 404)
        if request.method == "POST":
            length = request.headers.get("content-length", "")
            if not length.isdecimal():
                return PlainTextResponse("length required", 411)
            if int(length) > _MOST_BYTES:
                return PlainTextResponse("too large", 413)
        return None

    def _stranger(self, request: Request) -> Response:
        if self._visitors.sign_in and request.method == "GET" and _wants_page(request):
            return RedirectResponse(self._prefix + SIGN_IN, 303)
        return JSONResponse({"detail": "sign in first; this page needs its cookie"}, 401)

    async def _upload(self, request: Request, visitor: Visitor) -> Response:
        try:
            if not await self._asking.consented(visitor.person):
                raise ConsentMissing("no consent yet: no photo is taken in")
            return JSONResponse(await self._uploads.take(request, visitor.person))
        except DeskError as error:
            said = refusal(self._tongue_for(request), error.code, reference="upload")
            log.info("upload_refused", code=error.code)
            return PlainTextResponse(said, 413 if error.code == "picture_too_large" else 400)

    async def _file(self, path: str, visitor: Visitor) -> Response:
        if (sample := PATHS.get(path)) is not None:
            return FileResponse(sample)
        try:
            picture = await aside(self._shelf.read, visitor.person, path)
        except DeskError as error:
            return PlainTextResponse(error.code, 404)
        headers = {"Cache-Control": "private, no-store", "Content-Disposition": "inline"}
        return Response(picture, media_type=media_type(picture), headers=headers)

    def _set_cookie(self, visitor: Visitor) -> str:
        return cookie_header(self._visitors.cookie(visitor), secure=self._secure)


def cookie_header(value: str, *, secure: bool, max_age: int = MAX_AGE) -> str:
    """For scripts unreadable, and not sent from other sites' pages."""
    cookie: SimpleCookie = SimpleCookie({COOKIE: value})
    morsel = cookie[COOKIE]
    morsel["path"], morsel["httponly"], morsel["samesite"] = "/", True, "Lax"
    morsel["max-age"] = max_age
    if secure:
        morsel["secure"] = True
    return morsel.OutputString()


def _believe_no_proxy(scope: Scope) -> None:
    """What reaches us under these names anybody may have written; GIYDIR_WEB_URL says what is so."""
    scope["headers"] = [
        (name, value) for name, value in scope["headers"] if not name.startswith(b"x-forwarded")
    ]


def _begins_visit(request: Request) -> bool:
    """A page that somebody opens, or a program's first question. Later ones must bring the cookie, or several
    at once would make several visitors."""
    return request.method == "GET" and (_wants_page(request) or request.url.path.endswith("/config"))


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _below(path: str, base: str) -> bool:
    return path == base or path.startswith(base + "/")


def _with_headers(send: Send, cookie: str | None) -> Send:
    async def outgoing(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _ALWAYS.items():
                headers.setdefault(name, value)
            if cookie is not None:
                headers.append("Set-Cookie", cookie)
        await send(message)

    return outgoing


def visitor_of(request: Any) -> Visitor | None:
    """Whom the gate took a request for. `request` is Starlette's, or Gradio's around it."""
    inner = getattr(request, "request", None) or request
    found = inner.scope.get("state", {}).get("visitor")
    return found if isinstance(found, Visitor) else None
