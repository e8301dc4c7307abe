"""The door through which hubs reach us (WebSub): a server of its own, so that the local pages stay where they are."""

import structlog
from aiohttp import web

from bot.bodies import LOG, Bodies
from bot.errors import UserError
from bot.ports import Receiver

log = structlog.get_logger()

PATH = "/websub/{path:[A-Za-z0-9_-]{20,200}}"
LONGEST_CHALLENGE = 1_000

WITHIN = 30.0
"""Seconds that a document may take to come, its wait for a place included: what comes later is heard by a poll."""

AT_ONCE = 4
"""Large documents that are read at once."""

_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


class Callback:
    """Open from `start` to `close`. It knows nothing but what `receiver` says, and answers no other path."""

    def __init__(self, receiver: Receiver, listen: str) -> None:
        host, _, port = listen.rpartition(":")
        self._host = host.strip("[]")
        self._port = int(port)
        self._receiver = receiver
        self._bodies = Bodies(within=WITHIN, large_at_once=AT_ONCE)
        self._runner: web.AppRunner | None = None

    @property
    def address(self) -> str:
        """host:port once started: the port the system chose, where the configured one is 0."""
        port = self._runner.addresses[0][1] if self._runner else self._port
        return f"{self._host}:{port}"

    async def start(self) -> None:
        """Raises UserError when the address cannot be used."""
        application = web.Application(client_max_size=self._receiver.largest)
        application.add_routes([web.get(PATH, self._confirm, allow_head=False), web.post(PATH, self._receive)])
        application.on_response_prepare.append(_guarded)
        runner = web.AppRunner(application, shutdown_timeout=1, access_log=None, logger=LOG)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError as error:
            await runner.cleanup()
            raise UserError(
                f"[websub] listen: {self._host}:{self._port} cannot be used ({error.strerror}). "
                "Name another address: REGPULSE_WEBSUB_LISTEN=127.0.0.1:3011"
            ) from error
        self._runner = runner

    async def close(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _confirm(self, request: web.Request) -> web.Response:
        """What the hub asks back is plain text, so that nothing in it is ever read as a page."""
        if len(request.query.get("hub.challenge", "")) > LONGEST_CHALLENGE:
            return web.Response(status=400, text="The challenge is too long.")
        answer = await self._receiver.confirm(request.match_info["path"], request.query)
        if answer is None:
            return web.Response(status=404, text="We asked for no such thing.")
        return web.Response(text=answer)

    async def _receive(self, request: web.Request) -> web.Response:
        """Answered once it is stored: what a crash loses before, the hub sends again.

        Nothing is read of what comes to a path that is none of ours, for anybody may make one up.
        """
        path = request.match_info["path"]
        expected = await self._receiver.expects(path) and await self._receiver.receive(
            path,
            await self._bodies.read(request),  # 413 when it is larger than `largest`
            request.headers.get("Content-Type", ""),
            request.headers.get("X-Hub-Signature", ""),
        )
        if not expected:
            return web.Response(status=410, text="Nothing is expected here any more.")
        return web.Response(status=202)


async def _guarded(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)
