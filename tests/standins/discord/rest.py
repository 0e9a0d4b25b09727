"""The HTTP side: every request is checked against the description before anything happens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.standins.discord.call import HANDLERS, Call
from tests.standins.discord.errors import Forbidden, Refusal, unauthorized
from tests.standins.discord.routes import channels, commands, guilds, interactions, messages, webhooks
from tests.standins.discord.rules import Operation, discord_rules, payload
from tests.standins.forms import Body, read_body
from tests.standins.transcript import Exchange

if TYPE_CHECKING:
    from tests.standins.discord.server import DiscordServer

ROUTES = (channels, commands, guilds, interactions, messages, webhooks)
VERSION = "/api/v10"


class Rest:
    def __init__(self, server: DiscordServer) -> None:
        self._server = server
        self._rules = discord_rules()

    async def serve(self, request: web.Request) -> web.Response:
        path = request.raw_path.partition("?")[0].removeprefix(VERSION)
        exchange = Exchange(self._server.clock.now(), request.method, path, "", dict(request.query), Body())
        headers: dict[str, str] = {}
        try:
            exchange.body = await read_body(request)
            found = self._rules.find(exchange.method, exchange.path)
            exchange.route = found[0].name if found else exchange.route
            await self._server.holds.pause(exchange.route, done=False)
            status, answer = self._answer(found, exchange, request.headers.get("Authorization"), headers)
        except ValueError as error:
            wrong = Forbidden([f"body: {error}"])
            self._violate(exchange, wrong.problems)
            status, answer = wrong.status, wrong.answer()
        except Refusal as refusal:
            if isinstance(refusal, Forbidden):
                self._violate(exchange, refusal.problems)
            status, answer = refusal.status, refusal.answer()
        exchange.status, exchange.answer = status, answer
        self._server.transcript.exchanges.append(exchange)
        self._server.serving.changed()
        await self._server.holds.pause(exchange.route, done=True)
        if answer is None:
            return web.Response(status=status, headers=headers)
        # Exactly this type and no charset: discord.py takes anything else for text.
        return web.Response(
            status=status, headers=headers, body=json.dumps(answer).encode(), content_type="application/json"
        )

    def _answer(
        self,
        found: tuple[Operation, dict[str, str]] | None,
        exchange: Exchange,
        token: str | None,
        headers: dict[str, str],
    ) -> tuple[int, Any]:
        if found is None:
            raise Forbidden([f"no route {exchange.method} {exchange.path}"], 404, 0, "404: Not Found")
        operation, values = found
        if token != f"Bot {self._server.token}" and not (token is None and operation.without_token):
            raise unauthorized()
        failure = self._server.failure_of(operation.name)
        if failure and not failure.done:
            return failure.status, {"message": "An error on purpose", "code": 0}
        verdict = self._server.limits.ask(operation.name, values)
        headers.update(verdict.headers)
        if verdict.refusal:
            return 429, verdict.refusal
        if self._server.checks_later:
            self._server.unchecked.append(lambda: self._check_late(operation, values, exchange))
        elif problems := list(self._rules.problems(operation, values, exchange.query, exchange.body)):
            raise Forbidden(problems)
        if operation.name not in HANDLERS:
            raise Forbidden([f"{operation.name} is not played by the stand-in"], 501, 0, "Not played")
        files = {int(name[6:-1]): file for name, file in exchange.body.files.items()}
        call = Call(self._server, values, exchange.query, payload(exchange.body), files)
        status, answer = HANDLERS[operation.name](call)
        if not self._server.checks_later:
            self._check_own(operation, status, answer)
        if failure:
            return failure.status, {"message": "Done, and the answer lost on purpose", "code": 0}
        return status, answer

    def _check_late(self, operation: Operation, values: dict[str, str], exchange: Exchange) -> None:
        """What would have been refused, and was not: it fails the test all the same."""
        problems = tuple(self._rules.problems(operation, values, exchange.query, exchange.body))
        if problems:
            self._violate(exchange, problems)
        if exchange.status < 300:
            self._check_own(operation, exchange.status, exchange.answer)

    def _check_own(self, operation: Operation, status: int, answer: Any) -> None:
        """A mistake of the stand-in's own fails the test too."""
        wrong = tuple(self._rules.problems_of_answer(operation, status, answer))
        if wrong:
            self._server.violate(f"the stand-in's answer to {operation.name}", *wrong)

    def _violate(self, exchange: Exchange, problems: tuple[str, ...]) -> None:
        self._server.violate(f"{exchange.method} {exchange.path}", *problems)
