"""Discord's gateway: one session, begun, resumed, closed or silent, as told (events/gateway.mdx)."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import WSMsgType, web

from tests.standins.discord import payloads
from tests.standins.discord.payloads import APPLICATION, BOT, GUILD, Place

RECONNECT, INVALID_SESSION, HELLO, ACK = 7, 9, 10, 11
HEARTBEAT, IDENTIFY, RESUME = 1, 2, 6


class GatewaySide:
    """What it tells a client in a session; a server that speaks mixes this in."""

    address: str
    places: dict[str, Place]
    ready: asyncio.Event

    def __init__(self) -> None:
        super().__init__()
        self.heartbeat_ms = 40_000
        self.identified = self.resumed = 0
        """Sessions begun, and gone on with."""
        self.greeted = 0
        """Connections."""
        self._token_refused = False
        self._sockets: list[web.WebSocketResponse] = []
        self._sequence = 0
        self._silent = False
        self._shuts_with = 0
        self._session = ""
        self._missed: list[tuple[str, object]] = []
        self.last: tuple[str, object] | None = None
        """The interaction sent last, which `sends_again`."""

    @property
    def gateway_url(self) -> str:
        return f"ws://{self.address}/gateway"

    # Misbehaviour

    async def asks_to_resume(self) -> None:
        """As before a server of theirs is restarted."""
        await self._says(RECONNECT, None)

    async def invalidates_session(self, *, resumable: bool) -> None:
        if not resumable:
            self._session = ""
        await self._says(INVALID_SESSION, resumable)

    async def closes_gateway(self, code: int) -> None:
        self.ready.clear()
        await self._sockets[-1].close(code=code, message=b"closed")

    def shuts_out_with(self, code: int) -> None:
        """Whoever wants to begin a session from now on; 0 lets them in again."""
        self._shuts_with = code

    def goes_silent(self) -> None:
        """Connections stay open and new ones are greeted; no heartbeat is acknowledged, nobody let in."""
        self._silent = True
        self.ready.clear()

    def speaks_again(self) -> None:
        self._silent = False

    async def sends_again(self) -> None:
        """The last event, as one the client seems not to have had."""
        assert self.last
        await self.dispatch(*self.last)

    def says_while_away(self, kind: str, data: object) -> None:
        """An event that a client hears only when it resumes its session."""
        self._missed.append((kind, data))

    # The far side

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets.append(socket)
        self.greeted += 1
        await socket.send_json({"op": HELLO, "d": {"heartbeat_interval": self.heartbeat_ms}, "s": None, "t": None})
        async for frame in socket:
            if frame.type == WSMsgType.TEXT and not self._silent:
                await self._hear(json.loads(frame.data))
        return socket

    async def _hear(self, frame: Mapping[str, Any]) -> None:
        match frame["op"]:
            case op if op in (IDENTIFY, RESUME) and (self._token_refused or self._shuts_with):
                await self._sockets[-1].close(code=self._shuts_with or 4004, message=b"closed")
            case op if op == HEARTBEAT:
                await self._says(ACK, None)
            case op if op == IDENTIFY:
                await self._begins()
            case op if op == RESUME and frame["d"]["session_id"] == self._session:
                self.resumed += 1
                for kind, data in self._missed:
                    await self.dispatch(kind, data)
                self._missed.clear()
                await self.dispatch("RESUMED", {})
                self.ready.set()
            case op if op == RESUME:
                await self._says(INVALID_SESSION, False)

    async def _begins(self) -> None:
        self.identified += 1
        self._sequence, self._session = 0, f"session{self.identified}"
        ready = {
            "v": 10, "user": payloads.user(BOT, bot=True), "guilds": [{"id": GUILD, "unavailable": True}],
            "session_id": self._session, "resume_gateway_url": self.gateway_url,
            "application": {"id": APPLICATION, "flags": 0},
        }  # fmt: skip
        await self.dispatch("READY", ready)
        await self.dispatch("GUILD_CREATE", payloads.guild(self.places))
        self.ready.set()

    async def _says(self, op: int, data: object) -> None:
        if op in (RECONNECT, INVALID_SESSION):
            self.ready.clear()
        await self._sockets[-1].send_json({"op": op, "d": data, "s": None, "t": None})

    async def dispatch(self, kind: str, data: object) -> None:
        self._sequence += 1
        if kind == "INTERACTION_CREATE":
            self.last = kind, data
        await self._sockets[-1].send_json({"op": 0, "d": data, "s": self._sequence, "t": kind})

    async def closes_sockets(self) -> None:
        for socket in self._sockets:
            await socket.close()
