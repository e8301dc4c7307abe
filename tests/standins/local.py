"""A server on a free port of 127.0.0.1, for as long as a test lasts."""

import socket
import ssl
from types import TracebackType
from typing import Self

from aiohttp import web


def free_port() -> int:
    """For a program that must be told its port, and keep it from one start to the next."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
