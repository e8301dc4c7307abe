"""The socket through which Slack reaches us, watched: its library may go on for ever with an address that is used up."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.errors import PlatformDown
from bot.platforms.slack import errors
from bot.platforms.slack.workspaces import Api

log = structlog.get_logger()

PING = 5.0
"""Seconds between two signs of life; the library opens a new connection after four without one."""

SILENT = 60.0
"""Seconds without any, after which everything is begun anew (python-slack-sdk#1379 is how the library can be stuck)."""

LOOK = 1.0

SPOKEN = {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.PING, aiohttp.WSMsgType.PONG}

SWITCHED_OFF = (
    "Socket Mode was switched off for the Slack app, so nobody in Slack can be answered; alerts still go out. "
    "Switch it on under Settings, Socket Mode."
)
REFUSED = (
    "Slack refuses the app-level token ({code}), so nobody in Slack can be answered; alerts still go out. "
    "Make one with connections:write under Basic Information and set REGPULSE_SLACK_APP_TOKEN."
)


class Socket:
    """`heard` is when Slack last gave a sign of life, or when we began to wait for one."""

    def __init__(self, api: Api, app_token: str) -> None:
        self.heard: datetime | None = None
        self._api = api
        self._app_token = app_token
        self._at = 0.0
        self._switched_off = False

    async def hold(self, app: AsyncApp) -> None:
        """Until cancelled. Raises PlatformDown when a person must act, ConnectionError when Slack says nothing any more."""
        await self._may_connect()
        self._switched_off = False
        self.heard, self._at = self.heard or datetime.now(UTC), asyncio.get_running_loop().time()
        handler = AsyncSocketModeHandler(app, self._app_token, ping_interval=PING)
        await handler.client.aiohttp_client_session.close()
        handler.client.aiohttp_client_session = aiohttp.ClientSession(ws_response_class=_overheard(self._hear))
        connecting = asyncio.ensure_future(handler.connect_async())  # type: ignore[no-untyped-call]
        try:
            await self._until_broken()
        finally:
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)
            await handler.close_async()  # type: ignore[no-untyped-call]

    async def _may_connect(self) -> None:
        try:
            with errors.reached():
                await self._api.client().apps_connections_open(app_token=self._app_token)
        except SlackApiError as error:
            code = errors.code(error)
            if self._switched_off:
                raise PlatformDown(SWITCHED_OFF) from error
            if code in errors.UNFIT | {"not_allowed_token_type", "forbidden_team"}:
                raise PlatformDown(REFUSED.format(code=code)) from error
            raise

    async def _until_broken(self) -> None:
        while not self._switched_off:
            await asyncio.sleep(LOOK)
            if asyncio.get_running_loop().time() - self._at > SILENT:
                raise ConnectionError("Slack's socket says nothing any more")
        await self._may_connect()
        raise ConnectionError("Slack closed the socket")

    def _hear(self, message: aiohttp.WSMessage) -> None:
        if message.type in SPOKEN:
            self.heard, self._at = datetime.now(UTC), asyncio.get_running_loop().time()
        # docs.slack.dev/apis/events-api/using-socket-mode, "Disconnecting": the others want a new connection, no person.
        if (
            message.type is aiohttp.WSMsgType.TEXT
            and '"link_disabled"' in message.data
            and '"disconnect"' in message.data
        ):
            log.warning("socket mode was switched off", platform="slack")
            self._switched_off = True


def _overheard(hear: Callable[[aiohttp.WSMessage], None]) -> Any:
    """The kind of connection that tells of every frame, those among them that the library keeps to itself."""

    class Overheard(aiohttp.ClientWebSocketResponse):
        async def receive(self, timeout: float | None = None) -> aiohttp.WSMessage:  # noqa: ASYNC109  # as aiohttp has it
            message = await super().receive(timeout)
            hear(message)
            return message

    return Overheard
