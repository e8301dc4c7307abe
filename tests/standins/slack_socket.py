"""Slack's Socket Mode: one connection, its envelopes and acknowledgements, and how it ends or falls silent."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import WSMsgType, web

Envelope = tuple[str, str, dict[str, Any]]
"""Its number, its kind and what it holds."""


class SocketMode:
    """A ticket opens one connection; what is not acknowledged may be sent again through the next."""

    address: str
    _ready: asyncio.Event
    _send: Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]] | None

    def __init__(self) -> None:
        super().__init__()
        self.connections = 0
        """Opened so far."""
        self._sockets: list[web.WebSocketResponse] = []
        self._tickets: set[str] = set()
        self._spent = 0
        self._acks: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._silent = False
        self._refusing = 0
        self.withheld = 0
        """Connections that were asked for and never answered."""
        self._withholding = 0
        self._closing = asyncio.Event()
        self.last: Envelope | None = None
        """The envelope sent last, which `sends_again`."""

    def _next(self, prefix: str) -> str:
        raise NotImplementedError

    # Misbehaviour

    async def disconnects(self, reason: str, *, closing: bool = True) -> None:
        """As before a restart of its servers ("warning", "refresh_requested"), or when Socket Mode is switched off."""
        self._ready.clear()
        socket = self._sockets[-1]
        await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}})
        if closing:
            await socket.close()

    def goes_silent(self) -> None:
        """Connections stay open, new ones are opened, and nothing is said in any of them."""
        self._silent = True
        self._ready.clear()

    def speaks_again(self) -> None:
        self._silent = False

    def spends_tickets(self, times: int) -> None:
        """The next connections are refused, though their tickets were good."""
        self._refusing = times

    def answers_no_handshake(self, times: int) -> None:
        """Of the next connections: they are neither opened nor refused."""
        self._withholding = times

    async def cuts_the_socket(self) -> None:
        """Without a word."""
        self._ready.clear()
        transport = self._sockets[-1]._req.transport if self._sockets[-1]._req else None
        assert transport
        transport.abort()

    async def sends_again(self) -> None:
        """The last envelope, as one that was not acknowledged, under its own id; waits for the acknowledgement."""
        assert self.last
        await asyncio.wait_for(self._ready.wait(), 300)
        await self._envelope(*self.last)

    # The far side

    def opens_connection(self, error: str) -> web.Response:
        if error:
            return web.json_response({"ok": False, "error": error})
        ticket = self._next("ticket")
        self._tickets.add(ticket)
        return web.json_response({"ok": True, "url": f"ws://{self.address}/socket?ticket={ticket}"})

    async def _serve_socket(self, request: web.Request) -> web.WebSocketResponse:
        ticket = request.query["ticket"]
        if ticket not in self._tickets or self._refusing:
            self._tickets.discard(ticket)
            self._refusing = max(0, self._refusing - 1)
            raise web.HTTPRequestTimeout
        self._tickets.discard(ticket)
        if self._withholding:
            self._withholding -= 1
            self.withheld += 1
            await self._closing.wait()
            raise web.HTTPRequestTimeout
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        self.connections += 1
        self._sockets.append(socket)
        if not self._silent:
            await socket.send_json({"type": "hello", "num_connections": 1})
            self._send = self._through_socket
            self._ready.set()
        async for frame in socket:
            if frame.type == WSMsgType.PING and not self._silent:
                await socket.pong(frame.data)
            elif frame.type == WSMsgType.TEXT and "envelope_id" in frame.data:
                acknowledged = json.loads(frame.data)
                waiting = self._acks[acknowledged["envelope_id"]]
                if not waiting.done():
                    waiting.set_result(acknowledged.get("payload") or {})
        if self._sockets[-1] is socket:
            self._ready.clear()
        return socket

    async def _through_socket(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        return await self._envelope(self._next("envelope"), kind, payload)

    async def _envelope(self, number: str, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        self.last = number, kind, payload
        acknowledged: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._acks[number] = acknowledged
        await self._sockets[-1].send_json(
            {"envelope_id": number, "type": kind, "payload": payload, "accepts_response_payload": True}
        )
        return await acknowledged

    async def closes_sockets(self) -> None:
        self._closing.set()
        for socket in self._sockets:
            await socket.close()
