"""A door before a stand-in: passes requests on, and holds or loses those it is told to, as a bad network does."""

import asyncio
from types import TracebackType
from typing import Literal

import aiohttp
from aiohttp import web

from tests.standins.local import LocalServer

_HOP = {"host", "content-length", "transfer-encoding", "content-encoding", "connection"}


class Gate(LocalServer):
    """`async with Gate("http://127.0.0.1:1234") as gate`."""

    def __init__(self, behind: str) -> None:
        self._behind = behind
        self._path = ""
        self._when: Literal["before", "after"] = "before"
        self.held = asyncio.Event()
        """Set once a request is held."""
        self.opened = asyncio.Event()

    def routes(self) -> list[web.RouteDef]:
        return [web.route("*", "/{path:.*}", self._pass)]

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.opened.set()
        await super().__aexit__(kind, error, at)

    def holds(self, path: str, when: Literal["before", "after"]) -> None:
        """From now on, requests with this in their path: before the far side hears of them, or after it did what they ask."""
        self._path, self._when = path, when
        self.held.clear()
        self.opened.clear()

    def opens(self) -> None:
        self.opened.set()

    async def _pass(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()  # first, so that what was asked is done though the asker dies meanwhile
        holding = bool(self._path) and self._path in request.path
        if holding and self._when == "before":
            await self._hold()
        response = await self._forward(request, body)
        if holding and self._when == "after":
            await self._hold()
        return response

    async def _hold(self) -> None:
        self.held.set()
        await self.opened.wait()

    async def _forward(self, request: web.Request, body: bytes) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        async with (
            aiohttp.ClientSession(auto_decompress=True) as session,
            session.request(request.method, f"{self._behind}{request.path_qs}", data=body, headers=headers) as answer,
        ):
            passed = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP}
            return web.Response(status=answer.status, body=await answer.read(), headers=passed)
