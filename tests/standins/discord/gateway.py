"""The gateway: one WebSocket per connected bot, sessions that can be resumed, and events by intents."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.standins.discord.payloads import full_member_json, guild_event, user_json
from tests.standins.discord.schema import Json
from tests.standins.discord.state import World

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT = 0, 1, 2, 3, 4, 6, 7
REQUEST_MEMBERS, INVALID_SESSION, HELLO, ACK = 8, 9, 10, 11

GUILDS, GUILD_MEMBERS, GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 0, 1 << 1, 1 << 9, 1 << 12
MESSAGE_CONTENT = 1 << 15
PRIVILEGED = 1 << 1 | 1 << 8 | MESSAGE_CONTENT

START_LIMIT = 1000
NOT_AUTHENTICATED, WRONG_TOKEN, AUTHENTICATED_TWICE, FORBIDDEN_INTENTS = 4003, 4004, 4005, 4014


@dataclass(eq=False)
class Session:
    """`sent`: all events, to be sent again after a resume; `socket` is None while the bot is away."""

    id: str
    intents: int
    sent: list[Json] = field(default_factory=list)
    socket: Socket | None = None


class Socket:
    """What is put in goes out in the same order."""

    def __init__(self, ws: web.WebSocketResponse) -> None:
        self.ws = ws
        self._out: asyncio.Queue[Json | None] = asyncio.Queue()

    def send(self, op: int, data: Any = None, *, seq: int | None = None, event: str | None = None) -> None:
        self._out.put_nowait({"op": op, "d": data, "s": seq, "t": event})

    async def write(self) -> None:
        while (packet := await self._out.get()) is not None and not self.ws.closed:
            await self.ws.send_str(json.dumps(packet))


class Gateway:
    """`allowed_intents`: privileged ones that the application has been given."""

    def __init__(
        self,
        world: World,
        token: str,
        url: Callable[[], str],
        changed: Callable[[], None],
        violate: Callable[[str], None],
    ) -> None:
        self._world = world
        self._token = token
        self._url = url
        self._changed = changed
        self._violate = violate
        self.allowed_intents = PRIVILEGED
        self.heartbeat_seconds = 20.0
        # Sessions that the bot may begin; once it heard that none is left, so many seconds until there are.
        self.starts_left = START_LIMIT
        self.starts_again_in = 0.0
        self._starts_again_at: float | None = None
        self.sessions: dict[str, Session] = {}
        self.identified = 0
        self.resumed = 0
        self.heartbeats = 0

    def start_limit(self) -> Json:
        """As GET /gateway/bot says it."""
        wait = 0.0
        if self.starts_left <= 0:
            now = time.monotonic()
            if self._starts_again_at is None:
                self._starts_again_at = now + self.starts_again_in
            wait = self._starts_again_at - now
            if wait <= 0:
                wait, self.starts_left, self._starts_again_at = 0.0, START_LIMIT, None
        return {
            "total": START_LIMIT,
            "remaining": self.starts_left,
            "reset_after": round(wait * 1000),
            "max_concurrency": 1,
        }

    @property
    def connected(self) -> list[Session]:
        return [one for one in self.sessions.values() if one.socket]

    def send(self, event: str, data: Json, intent: int = 0, hidden: Json | None = None) -> None:
        """To every session with the intent. `hidden`: for those without the intent of message content."""
        for session in self.sessions.values():
            if intent and not session.intents & intent:
                continue
            shown = hidden if hidden is not None and not session.intents & MESSAGE_CONTENT else data
            self._dispatch(session, event, shown)

    async def drop(self, code: int = 4000) -> None:
        """Cut every connection; the bots come back and resume."""
        for session in self.connected:
            assert session.socket
            socket, session.socket = session.socket, None
            await socket.ws.close(code=code)

    def ask_to_reconnect(self) -> None:
        for session in self.connected:
            assert session.socket
            session.socket.send(RECONNECT)

    def invalidate(self) -> None:
        """Forget every session: the bots have to identify anew."""
        gone, self.sessions = self.sessions, {}
        for session in gone.values():
            if session.socket:
                session.socket.send(INVALID_SESSION, False)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        socket = Socket(ws)
        writer = asyncio.create_task(socket.write())
        socket.send(HELLO, {"heartbeat_interval": int(self.heartbeat_seconds * 1000)})
        session: Session | None = None
        try:
            async for message in ws:
                if message.type is WSMsgType.TEXT:
                    session = await self._hear(socket, session, json.loads(message.data))
        finally:
            if session and session.socket is socket:
                session.socket = None
                if ws.close_code in (1000, 1001):
                    self.sessions.pop(session.id, None)
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            self._changed()
        return ws

    async def _hear(self, socket: Socket, session: Session | None, packet: Json) -> Session | None:
        op, data = packet["op"], packet["d"]
        if op == HEARTBEAT:
            self.heartbeats += 1
            socket.send(ACK)
        elif op in (IDENTIFY, RESUME):
            if session is not None:
                await socket.ws.close(code=AUTHENTICATED_TWICE)
            elif data["token"] != self._token:
                await socket.ws.close(code=WRONG_TOKEN)
            else:
                session = await self._identify(socket, data) if op == IDENTIFY else self._resume(socket, data)
        elif session is None:
            await socket.ws.close(code=NOT_AUTHENTICATED)
        elif op == REQUEST_MEMBERS:
            self._send_members(session, data)
        elif op not in (PRESENCE, VOICE):
            self._violate(f"gateway opcode {op}: unknown")
        return session

    async def _identify(self, socket: Socket, data: Json) -> Session | None:
        missing = {"properties", "intents"} - data.keys()
        if missing:
            self._violate(f"gateway IDENTIFY: without {sorted(missing)}")
        intents = data.get("intents", 0)
        if intents & PRIVILEGED & ~self.allowed_intents:
            await socket.ws.close(code=FORBIDDEN_INTENTS)
            return None
        if self.start_limit()["remaining"] <= 0:
            self._violate("gateway IDENTIFY: more sessions than the bot may begin")
        self.starts_left -= 1
        session = Session(secrets.token_hex(16), intents, socket=socket)
        self.sessions[session.id] = session
        self.identified += 1
        self._dispatch(
            session,
            "READY",
            {
                "v": 10,
                "user": {**user_json(self._world.bot), "verified": True, "mfa_enabled": False, "email": None},
                "guilds": [{"id": str(id), "unavailable": True} for id in self._world.guilds],
                "session_id": session.id,
                "resume_gateway_url": self._url(),
                "application": {"id": str(self._world.application_id), "flags": 0},
                "private_channels": [],
                **({"shard": data["shard"]} if "shard" in data else {}),
            },
        )
        if intents & GUILDS:
            for guild in self._world.guilds.values():
                members = (
                    [*guild.members.values()]
                    if intents & GUILD_MEMBERS
                    else [guild.members[self._world.bot.id]]
                )
                self._dispatch(session, "GUILD_CREATE", guild_event(guild, members))
        return session

    def _resume(self, socket: Socket, data: Json) -> Session | None:
        session = self.sessions.get(data["session_id"])
        if session is None:
            socket.send(INVALID_SESSION, False)
            return None
        session.socket = socket
        for seq, packet in enumerate(session.sent, start=1):
            if seq > (data["seq"] or 0):
                socket.send(DISPATCH, packet["d"], seq=seq, event=packet["t"])
        self._dispatch(session, "RESUMED", {})
        self.resumed += 1
        return session

    def _dispatch(self, session: Session, event: str, data: Json) -> None:
        session.sent.append({"t": event, "d": data})
        if session.socket:
            session.socket.send(DISPATCH, data, seq=len(session.sent), event=event)
        self._changed()

    def _send_members(self, session: Session, data: Json) -> None:
        guild = self._world.guilds[int(data["guild_id"])]
        wanted = {int(id) for id in data.get("user_ids") or ()}
        query = data.get("query", "").lower()
        found = [
            member
            for member in guild.members.values()
            if (member.user.id in wanted if wanted else member.user.name.lower().startswith(query))
        ]
        answer: Json = {
            "guild_id": str(guild.id),
            "members": [full_member_json(member) for member in found[: data.get("limit") or None]],
            "chunk_index": 0,
            "chunk_count": 1,
        }
        if "nonce" in data:
            answer["nonce"] = data["nonce"]
        self._dispatch(session, "GUILD_MEMBERS_CHUNK", answer)
