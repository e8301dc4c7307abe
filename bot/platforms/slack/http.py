"""The door through which Slack reaches us over HTTP: every request signed, fresh and of bounded size."""

import asyncio

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

from bot.bodies import LOG, Bodies
from bot.errors import PlatformDown
from bot.platforms.slack.installing import Installing
from bot.platforms.slack.manifest import EVENTS

log = structlog.get_logger()

LARGEST = 1_000_000
"""Bytes of a request: a message with everything in it that a shortcut was chosen on."""

WITHIN = 10.0
"""Seconds that a request may take to come. Slack waits three for the answer."""

AT_ONCE = 8
"""Large requests that are read at once: only their bodies say whether Slack signed them."""

_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


class Door:
    """A server of its own: the local pages stay where nobody else can read them. `installing` adds the OAuth pages."""

    def __init__(self, listen: str, signing_secret: str, installing: Installing | None = None) -> None:
        host, _, port = listen.rpartition(":")
        self._host = host.strip("[]")
        self._port = int(port)
        self._verifier = SignatureVerifier(signing_secret)
        self._installing = installing
        self._bodies = Bodies(within=WITHIN, large_at_once=AT_ONCE)
        self.address = ""
        """ "127.0.0.1:3000" while it is open."""

    async def open(self, app: AsyncApp) -> None:
        """Serve until cancelled. Raises PlatformDown when the address cannot be used."""

        async def heard(request: web.Request) -> web.StreamResponse:
            return await self._heard(request, app)

        application = web.Application(client_max_size=LARGEST)
        application.router.add_post(EVENTS, heard)
        if self._installing:
            application.add_routes(self._installing.routes())
        application.on_response_prepare.append(_guarded)
        runner = web.AppRunner(application, shutdown_timeout=1, access_log=None, logger=LOG)
        await runner.setup()
        try:
            await self._serve(runner)
            log.info("slack reaches us", address=f"http://{self.address}{EVENTS}")
            await asyncio.Event().wait()
        finally:
            self.address = ""
            await runner.cleanup()

    async def _serve(self, runner: web.AppRunner) -> None:
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError as error:
            raise PlatformDown(
                f"[slack] listen: {self._host}:{self._port} cannot be used ({error.strerror}). "
                "Name another address: REGPULSE_SLACK_LISTEN=127.0.0.1:3001"
            ) from error
        host, port = runner.addresses[0][:2]
        self.address = f"{host}:{port}"

    async def _heard(self, request: web.Request, app: AsyncApp) -> web.StreamResponse:
        """Bolt answers as soon as the line is acknowledged; what takes longer goes on behind it."""
        if not self._is_signed(await self._bodies.read(request), request):
            return web.Response(status=401, text="This request is not signed by Slack, or too old.")
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    def _is_signed(self, body: bytes, request: web.Request) -> bool:
        """By docs.slack.dev/authentication/verifying-requests-from-slack; older than five minutes is refused."""
        at = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        # What is no number or not ASCII would be an error in the verifier, and is a forgery.
        if not (at.isascii() and at.isdigit() and len(at) < 12 and signature.isascii()):
            return False
        try:
            return self._verifier.is_valid(body, at, signature)
        except UnicodeDecodeError:
            return False


async def _guarded(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)
