"""The HTTP side: every request is checked against the description before anything happens."""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.standins.forms import Body, read_body
from tests.standins.telegram.call import HANDLERS, Call
from tests.standins.telegram.checks import problems_of
from tests.standins.telegram.errors import Forbidden, Refusal
from tests.standins.telegram.methods import bot, chats, editing, sending
from tests.standins.telegram.rules import telegram_rules
from tests.standins.transcript import Exchange

if TYPE_CHECKING:
    from tests.standins.telegram.server import TelegramServer

METHODS = (bot, chats, editing, sending)


class Rest:
    def __init__(self, server: TelegramServer) -> None:
        self._server = server
        self._rules = telegram_rules()

    async def serve(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        query = dict(request.query)
        exchange = Exchange(self._server.clock.now(), request.method, f"/{method}", "", query, Body())
        try:
            exchange.body = await read_body(request)
            if request.match_info["token"] != self._server.token:
                raise Refusal(401, "Unauthorized")
            result = await self._answer(method, exchange)
            status, answer = 200, {"ok": True, "result": result}
        except ValueError as error:
            status, answer = self._refuse(exchange, Forbidden([f"body: {error}"]))
        except Refusal as refusal:
            status, answer = self._refuse(exchange, refusal)
        exchange.status, exchange.answer = status, answer
        self._server.transcript.exchanges.append(exchange)
        self._server.serving.changed()
        return web.json_response(answer, status=status)

    async def download(self, request: web.Request) -> web.Response:
        """A file by the path that getFile gave."""
        world = self._server.world
        file_id, until = world.links.get(request.match_info["path"], ("", 0.0))
        if request.match_info["token"] != self._server.token or until < self._server.clock.now():
            return web.json_response(Refusal(404, "Not Found").answer(), status=404)
        return web.Response(body=world.files[file_id].data, content_type="application/octet-stream")

    async def _answer(self, method: str, exchange: Exchange) -> Any:
        if method not in self._rules.methods:
            raise Forbidden([f"no method {method}"], 404, "Not Found")
        exchange.route = method
        failure = self._server.failure_of(method)
        if failure and not failure.done:
            raise Refusal(failure.status, "An error on purpose")
        texts = {**exchange.query, **exchange.body.fields, **_texts(exchange.body.json)}
        files = exchange.body.files
        values, problems = self._rules.read(method, texts, files.keys())
        if not problems:
            problems = list(problems_of(method, values, files))
        if problems:
            raise Forbidden(problems)
        hold = self._server.holds.take(method, values)
        if hold and not hold.done:
            await hold.released.wait()
        result = await self._play(Call(self._server, method, values, files))
        if hold and hold.done:
            self._server.serving.changed()
            await hold.released.wait()
        wrong = self._rules.problems_of_answer(method, result)
        if wrong:
            self._server.violate(f"the stand-in's answer to {method}", *wrong)
        if failure:
            raise Refusal(failure.status, "Done, and the answer lost on purpose")
        return result

    async def _play(self, call: Call) -> Any:
        """What only has to be said yes to is checked and answered so."""
        if call.method in HANDLERS:
            result = HANDLERS[call.method](call)
            return await result if inspect.isawaitable(result) else result
        if self._rules.methods[call.method]["returns"] == ["Boolean"]:
            if "chat_id" in call.values:
                call.chat()
            return True
        raise Forbidden([f"{call.method} is not played by the stand-in"], 501, "Not played")

    def _refuse(self, exchange: Exchange, refusal: Refusal) -> tuple[int, dict[str, Any]]:
        if isinstance(refusal, Forbidden):
            self._server.violate(exchange.path.removeprefix("/"), *refusal.problems)
        return refusal.status, refusal.answer()


def _texts(body: Any) -> dict[str, str]:
    """Parameters of a JSON body, as a form would have them."""
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise ValueError("no object")
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()}
