"""A door before a stand-in: passes requests on, and holds or loses those it is told to, as a bad network does."""

import asyncio
from types import TracebackType
from typing import Literal

import aiohttp
from aiohttp import web

from tests.standins.local import LocalServer

Ending = Literal["passed on", "lost"]

_HOP = {"host", "content-length", "transfer-encoding", "content-encoding", "connection"}


class Gate(LocalServer):
    """`async with Gate("http://127.0.0.1:1234") as gate`."""

    def __init__(self, behind: str) -> None:
        self._behind = behind
        self._method = self._path = ""
        self._when: Literal["before", "after"] = "before"
        self._first = 0
        self._ended: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self.held = asyncio.Event()
        """Set once a request is held."""

    def routes(self) -> list[web.RouteDef]:
        return [web.route("*", "/{path:.*}", self._pass)]

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.opens()
        await super().__aexit__(kind, error, at)

    def holds(self, path: str, when: Literal["before", "after"], *, method: str = "", first: int = 0) -> None:
        """From now on, requests with this in their path: before the far side hears of them, or after it did what they ask.

        Of any method, or of this one; the `first` of them are passed on.
        """
        self._path, self._when, self._method, self._first = path, when, method, first
        self.opens()
        self._ended = asyncio.get_running_loop().create_future()
        self.held.clear()

    def opens(self) -> None:
        """What is held is passed on."""
        if not self._ended.done():
            self._ended.set_result("passed on")

    def loses(self) -> None:
        """What is held before the far side heard of it never gets there."""
        if not self._ended.done():
            self._ended.set_result("lost")

    async def _pass(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()  # first, so that what was asked is done though the asker dies meanwhile
        holding = self._is_held(request)
        if holding and self._when == "before" and await self._hold() == "lost":
            return web.Response(status=502)
        try:
            response = await self._forward(request, body)
        except aiohttp.ClientError:  # the far side hung up, and so do we
            if request.transport:
                request.transport.abort()
            return web.Response(status=502)
        if holding and self._when == "after":
            await self._hold()
        return response

    def _is_held(self, request: web.Request) -> bool:
        if not self._path or self._path not in request.path or self._method not in ("", request.method):
            return False
        self._first -= 1
        return self._first < 0

    async def _hold(self) -> Ending:
        """What becomes of it, whatever is held after it."""
        self.held.set()
        return await asyncio.shield(self._ended)

    async def _forward(self, request: web.Request, body: bytes) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        async with (
            aiohttp.ClientSession(auto_decompress=True) as session,
            session.request(request.method, f"{self._behind}{request.path_qs}", data=body, headers=headers) as answer,
        ):
            passed = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP}
            return web.Response(status=answer.status, body=await answer.read(), headers=passed)
