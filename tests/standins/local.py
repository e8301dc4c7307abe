"""A server on a free port of 127.0.0.1, for as long as a test lasts."""

import os
import socket
import ssl
from contextlib import suppress
from itertools import count
from types import TracebackType
from typing import Self

from aiohttp import web

_next = count(os.getpid() * 97)


def free_port() -> int:
    """For a program that must be told its port, and keep it from one start to the next: below those that any system
    gives to whoever asks for none, and no other test process begins to look where this one does."""
    for number in _next:
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", 10_000 + number % 22_000))
            return int(probe.getsockname()[1])
    raise AssertionError("there is always a next one")


class LocalServer:
    """`async with` it; subclasses give the routes. `address` is host:port once it runs."""

    address = ""
    tls: ssl.SSLContext | None = None

    def routes(self) -> list[web.RouteDef]:
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.add_routes(self.routes())
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self.tls).start()
        host, port = self._runner.addresses[0][:2]
        self.address = f"{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._runner.cleanup()
