"""The operator's page over HTTP: sign in, look, act; plain HTML without a script."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.core.crossing import aside
from bot.core.moderator_texts import changes_text
from bot.core.refusals import refusal
from bot.web.house import House
from bot.web.operator.acts import Acts
from bot.web.operator.badge import COOKIE, HOURS, Attempts, Badge
from bot.web.operator.overview import find_place, find_somebody, look
from bot.web.operator.plots import bars, seconds
from bot.web.operator.words import words
from bot.web.speech import LANGUAGE_COOKIE, NAMES
from tasks.errors import DeskError
from tasks.logs import get_logger
from tasks.records import JobState, Window

log = get_logger()

PATH = "/operator"
_PAUSE = 1.0  # seconds that a wrong password takes, one at a time
_LONGEST = 8192  # bytes of a form
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
}


class OperatorPages:
    """In the event loop. Made only where there is a password."""

    def __init__(self, house: House, badge: Badge, attempts: Attempts) -> None:
        self._house = house
        self._badge = badge
        self._attempts = attempts
        self._acts = Acts(house.desk, house.store)
        self._one_at_a_time = asyncio.Lock()
        self._templates = Environment(
            loader=PackageLoader("bot.web", "assets"), autoescape=True, undefined=StrictUndefined
        )
        self._home = house.prefix + PATH
        self._secure = (house.settings.web_url or "").startswith("https:")

    def routes(self) -> list[Route]:
        return [
            Route(PATH, self.show, methods=["GET"]),
            Route(f"{PATH}/sign-in", self.sign_in, methods=["POST"]),
            Route(f"{PATH}/sign-out", self.sign_out, methods=["POST"]),
            Route(f"{PATH}/language/{{name}}", self.language, methods=["GET"]),
            Route(f"{PATH}/act/{{name}}", self.act, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """`?state=` narrows the jobs, `?person=platform:user` looks somebody up, `?at=platform:community` a
        community."""
        if (session := self._session(request)) is None:
            return self._sign_in_page(request, "")
        desk, asked = self._house.desk, request.query_params
        state = JobState(asked["state"]) if asked.get("state") in set(JobState) else None
        named, at, code = asked.get("person", ""), asked.get("at", ""), asked.get("error", "")
        tongue = self._house.speech.tongue_for(request)
        return self._page(
            request,
            "operator.html",
            now=await aside(look, desk, state),
            named=named,
            somebody=await aside(find_somebody, desk, named) if named else None,
            at=at,
            somewhere=await aside(find_place, desk, at) if at else None,
            spoken=NAMES,
            windows=list(Window),
            state=state,
            states=list(JobState),
            said=refusal(tongue, code, reference="operator") if code else "",
            done="done" in asked,
            token=self._badge.form_token(session),
            once=secrets.token_hex(8),
            bars=bars,
            seconds=seconds,
            changed=changes_text,
            time=tongue.time,
        )

    async def sign_in(self, request: Request) -> Response:
        address = request.client.host if request.client else ""
        form = await self._form(request)
        async with self._one_at_a_time:
            if self._attempts.are_too_many(address):
                return self._sign_in_page(request, "too many", 429)
            if form is None or not self._badge.is_right(form.get("password", "")):
                self._attempts.note(address)
                log.warning("operator_refused")
                await asyncio.sleep(_PAUSE)
                return self._sign_in_page(request, "wrong", 401)
        log.info("operator_signed_in")
        response = RedirectResponse(self._home, 303)
        self._set_cookie(response, self._badge.session(), HOURS * 3600)
        return response

    async def sign_out(self, request: Request) -> Response:
        if await self._own_form(request) is None:
            return PlainTextResponse("not from this page", 403, _HEADERS)
        response = RedirectResponse(self._home, 303)
        self._set_cookie(response, "", 0)
        return response

    async def language(self, request: Request) -> Response:
        response = RedirectResponse(self._home, 303)
        if (name := request.path_params["name"]) in self._house.speech.languages:
            response.set_cookie(LANGUAGE_COOKIE, name, max_age=365 * 24 * 3600, samesite="lax")
        return response

    async def act(self, request: Request) -> Response:
        if (form := await self._own_form(request)) is None:
            return PlainTextResponse("not from this page", 403, _HEADERS)
        act = request.path_params["name"]
        # To where they were: at somebody, or at a community.
        back = {name: form[name] for name in ("person", "at") if form.get(name)}
        try:
            await self._acts.do(act, form)
        except DeskError as error:
            log.info("operator_act_refused", code=error.code)
            return self._back({**back, "error": error.code})
        return self._back({**back, "done": "1"})

    # Inside

    def _back(self, asked: Mapping[str, str]) -> Response:
        return RedirectResponse(f"{self._home}?{urlencode(asked)}", 303)

    def _session(self, request: Request) -> str | None:
        cookie = request.cookies.get(COOKIE)
        return cookie if self._badge.is_session(cookie) else None

    async def _own_form(self, request: Request) -> Mapping[str, str] | None:
        """The form of somebody signed in, from the page that this session was shown."""
        session, form = self._session(request), await self._form(request)
        if session is None or form is None or not self._badge.is_form_token(form.get("token", ""), session):
            return None
        return form

    async def _form(self, request: Request) -> Mapping[str, str] | None:
        """Texts of a form that is not too long and, as far as the browser says, no other site's."""
        length = request.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > _LONGEST:
            return None
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return None
        form = await request.form(max_files=0, max_fields=20)
        return {name: value for name, value in form.items() if isinstance(value, str)}

    def _set_cookie(self, response: Response, value: str, max_age: int) -> None:
        response.set_cookie(
            COOKIE, value, max_age, path=self._home, secure=self._secure, httponly=True, samesite="strict"
        )

    def _sign_in_page(self, request: Request, problem: str, status: int = 200) -> Response:
        return self._page(request, "operator_sign_in.html", status, problem=problem)

    def _page(self, request: Request, template: str, status: int = 200, **values: object) -> Response:
        tongue = self._house.speech.tongue_for(request)
        known = {"home": self._home, "language": tongue.language, "languages": NAMES, "w": words(tongue)}
        page = self._templates.get_template(template).render(**known, **values)
        return HTMLResponse(page, status, _HEADERS)
