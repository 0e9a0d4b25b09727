"""What Discord forbids is refused and noted; what it answers to the rest is what its description says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Self

import httpx2
import pytest

from tests.standins.discord.server import DiscordServer, running_discord
from tests.standins.discord.state import ATTACH_FILES, SEND_MESSAGES, VIEW_CHANNEL
from tests.standins.files import picture

BUTTON: dict[str, Any] = {"type": 2, "style": 1, "label": "Go", "custom_id": "go"}
ROW: dict[str, Any] = {"type": 1, "components": [BUTTON]}
GONE = {"image": {"url": "attachment://gone.png"}}
OPTION: dict[str, Any] = {"type": 3, "name": "a", "description": "x"}


class Caller:
    """Sends requests as no library would."""

    def __init__(self, server: DiscordServer) -> None:
        self.server = server
        self.guild = server.add_guild()
        self.messages = f"/channels/{self.guild.general.id}/messages"
        headers = {"Authorization": f"Bot {self.server.token}"}
        self._client = httpx2.Client(base_url=self.server.api_url, headers=headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def call(self, method: str, path: str, **more: Any) -> httpx2.Response:
        return self._client.request(method, path, **more)

    def problems(self) -> list[str]:
        return [problem for one in self.server.take_violations() for problem in one.problems]


@pytest.fixture
def caller(discord_server: DiscordServer) -> Iterator[Caller]:
    with Caller(discord_server) as caller:
        yield caller


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"contents": "hi"}, "contents: unknown field"),
        ({"content": 7}, "content: int instead of ['string', 'null']"),
        ({"content": "x" * 2001}, "content: 2001 characters, at most 2000"),
        ({"content": ""}, "body: an empty message"),
        ({"embeds": [{"title": "x" * 257}]}, "embeds.0.title: 257 characters, at most 256"),
        ({"embeds": [{"description": "x" * 4000}] * 2}, "embeds: 8000 characters in all, at most 6000"),
        ({"content": "x", "components": [ROW] * 6}, "components: 6 entries, at most 5"),
        ({"content": "x", "components": [ROW] * 2}, "components: custom_id 'go' twice"),
        (
            {"content": "x", "components": [{"type": 1, "components": [BUTTON] * 6}]},
            "components.0.components: 6 entries, at most 5",
        ),
        (
            {
                "content": "x",
                "components": [{"type": 1, "components": [{**ROW["components"][0], "custom_id": "x" * 101}]}],
            },
            "components.0.components.0.custom_id: 101 characters, at most 100",
        ),
        (
            {"content": "x", "components": [{"type": 10, "content": "text"}]},
            "components: only action rows without the flag of version 2",
        ),
        ({"flags": 1 << 15, "content": "x"}, "content: not together with components of version 2"),
        (
            {"embeds": [{"image": {"url": "attachment://gone.png"}}]},
            "body: attachment://gone.png names no file of this message",
        ),
    ],
)
def test_a_forbidden_message_is_refused_and_noted(caller: Caller, body: dict[str, Any], problem: str) -> None:
    answer = caller.call("POST", caller.messages, json=body)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/json"
    assert problem in caller.problems()
    assert caller.server.messages(caller.guild.general) == []


def test_a_select_with_26_options_is_refused(caller: Caller) -> None:
    options = [{"label": str(number), "value": str(number)} for number in range(26)]
    select = {"type": 3, "custom_id": "pick", "options": options}
    body = {"content": "x", "components": [{"type": 1, "components": [select]}]}
    assert caller.call("POST", caller.messages, json=body).json()["code"] == 50035
    assert caller.problems() == ["components.0.components.0.options: 26 entries, at most 25"]


@pytest.mark.parametrize(
    ("method", "path", "status", "problem"),
    [
        ("POST", "/chanels/1/messages", 404, "no route POST /chanels/1/messages"),
        ("PUT", "/channels/1/messages", 404, "no route PUT /channels/1/messages"),
        ("GET", "/channels/general/messages", 400, "channel_id: 'general' is not as ^(0|[1-9][0-9]*)$"),
        ("GET", "/channels/1/messages?limit=101", 400, "?limit: 101 is over 100"),
        ("GET", "/channels/1/messages?first=1", 400, "?first: unknown"),
        ("GET", "/guilds/1/prune", 501, "GET /guilds/{guild_id}/prune is not played by the stand-in"),
    ],
)
def test_a_wrong_route_or_query_is_refused_and_noted(
    caller: Caller, method: str, path: str, status: int, problem: str
) -> None:
    assert caller.call(method, path).status_code == status
    assert caller.problems() == [problem]


def test_a_test_fails_at_its_end_if_anything_forbidden_was_sent() -> None:
    def misbehave() -> None:
        with running_discord() as server, Caller(server) as caller:
            caller.call("POST", caller.messages, json={"contents": "hi"})

    with pytest.raises(AssertionError, match="contents: unknown field"):
        misbehave()


def test_files_are_counted_and_weighed(caller: Caller) -> None:
    def send(body: dict[str, Any], **files: bytes) -> int:
        parts = {f"files[{name[1:]}]": (f"{name}.png", data) for name, data in files.items()}
        return caller.call(
            "POST", caller.messages, data={"payload_json": json.dumps(body)}, files=parts
        ).status_code

    assert send({}, f0=b"small") == 200
    caller.server.upload_limit = 100
    assert send({}, f0=b"x" * 101) == 413
    assert send({}, f10=b"x") == 400
    assert send({"attachments": [{"id": "1"}]}, f0=b"x") == 400
    assert caller.problems() == [
        "files.0: 101 bytes",
        "parts: ['files[10]'], at most files[0] to files[9]",
        "attachments: files [0] are not listed",
    ]


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ({"name": "Tryon", "description": "x"}, "name: 'Tryon' is no name of a slash command"),
        ({"name": "tryon"}, "description: tryon has none"),
        ({"name": "tryon", "description": "x" * 101}, "0.description: 101 characters, at most 100"),
        (
            {
                "name": "tryon",
                "description": "x",
                "options": [{"type": 3, "name": str(n), "description": "x"} for n in range(26)],
            },
            "0.options: 26 entries, at most 25",
        ),
        (
            {"name": "tryon", "description": "x", "description_localizations": {"tr-TR": "y"}},
            "name_localizations: tr-TR is no locale of Discord",
        ),
        (
            {
                "name": "tryon",
                "description": "x",
                "options": [OPTION, {**OPTION, "name": "b", "required": True}],
            },
            "options: tryon has a required option after one that is not",
        ),
        (
            {
                "name": "tryon",
                "description": "x",
                "options": [{**OPTION, "choices": [{"name": str(n), "value": "v" * 4000} for n in range(2)]}],
            },
            "body: tryon has 8010 characters in all, at most 8000",
        ),
    ],
)
def test_a_forbidden_command_is_refused_and_noted(
    caller: Caller, command: dict[str, Any], problem: str
) -> None:
    path = f"/applications/{caller.server.world.application_id}/commands"
    assert caller.call("PUT", path, json=[command]).status_code == 400
    assert caller.problems() == [problem]
    assert caller.server.commands() == []


def test_a_nonce_makes_one_message_of_two_requests(caller: Caller) -> None:
    body = {"content": "hi", "nonce": "job 7", "enforce_nonce": True}
    first, second = (caller.call("POST", caller.messages, json=body).json() for _ in range(2))
    assert first["id"] == second["id"]
    caller.server.clock.advance(600)
    assert caller.call("POST", caller.messages, json=body).json()["id"] != first["id"]


def test_permissions_decide_what_the_bot_may_do(caller: Caller) -> None:
    bot = caller.guild.members[caller.server.world.bot.id]
    closed, silent, textual = (caller.server.add_channel(caller.guild, name) for name in ("a", "b", "c"))
    closed.deny(bot, VIEW_CHANNEL)
    silent.deny(caller.guild.everyone, SEND_MESSAGES)
    textual.deny(bot, ATTACH_FILES)
    photo = picture()
    files = {"files[0]": (photo.name, photo.data)}
    for channel, more, code in (
        (closed, {"json": {"content": "x"}}, 50001),
        (silent, {"json": {"content": "x"}}, 50013),
        (textual, {"data": {"payload_json": "{}"}, "files": files}, 50013),
    ):
        answer = caller.call("POST", f"/channels/{channel.id}/messages", **more)
        assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert caller.call("POST", f"/channels/{textual.id}/messages", json={"content": "x"}).status_code == 200


def test_every_answer_is_checked_against_the_description_too(caller: Caller) -> None:
    photo = picture()
    body = {
        "content": "x",
        "embeds": [{"title": "t", "image": {"url": "attachment://photo.png"}}],
        "components": [ROW],
    }
    parts = {"data": {"payload_json": json.dumps(body)}, "files": {"files[0]": (photo.name, photo.data)}}
    message = caller.call("POST", caller.messages, **parts).json()
    assert message["embeds"][0]["image"]["url"] == message["attachments"][0]["url"]
    layout = {
        "flags": 1 << 15,
        "components": [
            {"type": 10, "content": "# Result"},
            {"type": 12, "items": [{"media": {"url": "attachment://photo.png"}}]},
            ROW,
        ],
    }
    parts["data"] = {"payload_json": json.dumps(layout)}
    assert caller.call("POST", caller.messages, **parts).status_code == 200
    member = next(iter(caller.guild.members))
    for path in (
        "/users/@me",
        "/applications/@me",
        "/gateway/bot",
        f"/guilds/{caller.guild.id}",
        f"/guilds/{caller.guild.id}/channels",
        f"/guilds/{caller.guild.id}/members?limit=10",
        f"/guilds/{caller.guild.id}/members/{member}",
        f"/guilds/{caller.guild.id}/roles",
        f"/channels/{caller.guild.general.id}",
        caller.messages,
        f"{caller.messages}/{message['id']}",
    ):
        assert caller.call("GET", path).status_code == 200
    assert caller.server.violations == []
