"""The page on which visitors sign in, where they must; and the same for programs (`gradio_client`)."""

from __future__ import annotations

import asyncio
import html

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.core.tongue import Tongue
from bot.web.gate import SIGN_IN, cookie_header, visitor_of
from bot.web.house import House
from bot.web.samples import ASSETS

# A wrong password takes at least so long, and only so many are looked at in a time.
_PAUSE = 1.0
_AT_ONCE = 8
_LONGEST = 4096  # bytes of a form


class SigningIn:
    """In the event loop."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._page = (ASSETS / "signing_in.html").read_text(encoding="utf-8")

    def routes(self) -> list[Route]:
        logins = [
            Route(f"/{language}/login", self.login, methods=["POST"])
            for language in self._house.speech.languages
        ]
        return [
            Route(SIGN_IN, self.show, methods=["GET"]),
            Route(SIGN_IN, self.sign_in, methods=["POST"]),
            Route("/sign-out", self.sign_out, methods=["POST"]),
            *logins,
        ]

    async def show(self, request: Request) -> Response:
        if not self._house.visitors.sign_in:
            return RedirectResponse(self._house.prefix + "/", 303)
        return self._shown(request, wrong=False)

    async def sign_in(self, request: Request) -> Response:
        """From the page's form."""
        if (cookie := await self._admitted(request)) is None:
            return self._shown(request, wrong=True)
        response = RedirectResponse(self._house.prefix + "/", 303)
        response.headers.append("Set-Cookie", cookie)
        return response

    async def login(self, request: Request) -> Response:
        """As `gradio_client.Client(..., auth=(name, password))` asks."""
        if (cookie := await self._admitted(request)) is None:
            return JSONResponse({"detail": "Incorrect credentials."}, 401)
        response = JSONResponse({"success": True})
        response.headers.append("Set-Cookie", cookie)
        return response

    async def sign_out(self, request: Request) -> Response:
        response = RedirectResponse(self._house.prefix + SIGN_IN, 303)
        response.headers.append("Set-Cookie", cookie_header("", secure=False, max_age=0))
        return response

    async def _admitted(self, request: Request) -> str | None:
        """The cookie of whoever may come in."""
        if not request.headers.get("content-length", "").isdecimal():
            return None
        if int(request.headers["content-length"]) > _LONGEST:
            return None
        form = await request.form(max_files=0, max_fields=4)
        name, password = str(form.get("username", "")), str(form.get("password", ""))
        async with self._room:
            visitor = self._house.visitors.admit(name, password, visitor_of(request))
            if visitor is None:
                await asyncio.sleep(_PAUSE)
                return None
        return cookie_header(self._house.visitors.cookie(visitor), secure=self._secure)

    @property
    def _secure(self) -> bool:
        return (self._house.settings.web_url or "").startswith("https:")

    def _shown(self, request: Request, *, wrong: bool) -> Response:
        tongue = self._house.speech.tongue_for(request)
        return HTMLResponse(self._filled(tongue, wrong=wrong), 401 if wrong else 200)

    def _filled(self, tongue: Tongue, *, wrong: bool) -> str:
        named = self._house.visitors.named
        said = {
            "language": tongue.language,
            "title": tongue.say("AI-Giydir: try clothes on"),
            "heading": tongue.say("Sign in"),
            "name": tongue.say("Name"),
            "password": tongue.say("Password"),
            "button": tongue.say("Sign in"),
            "wrong": tongue.say("That is not right. Please try again.") if wrong else "",
            "action": self._house.prefix + SIGN_IN,
        }
        page = self._page
        for name, text in said.items():
            page = page.replace("{" + name + "}", html.escape(text))
        return page.replace("{hidden}", "" if named else "hidden").replace(
            "{required}", "required" if named else ""
        )
