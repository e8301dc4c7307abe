"""Slack as a platform: posts through the Web API, is spoken to through Socket Mode or over HTTP."""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from bot.core.text import counted
from bot.errors import PlatformDown
from bot.model import Card, Delivery, Finding, Outcome, Pace
from bot.platforms.slack import errors, manifest
from bot.platforms.slack.http import Door
from bot.platforms.slack.listening import Listening
from bot.platforms.slack.posting import Posting
from bot.platforms.slack.workspaces import Api, Workspaces
from bot.ports import Desk

log = structlog.get_logger()


class Slack:
    """Implements `ports.Platform`. With a `door` people reach it over HTTP, else through a socket by the app token;
    with neither it posts and cannot be spoken to."""

    name = "slack"
    # All by workspace (docs.slack.dev/apis/web-api/rate-limits): about one message a second and channel; the ceiling over
    # its channels is unpublished, and 5 a second was accepted. Edits: chat.update takes 50 a minute (tier 3).
    pace = Pace(per_second=5, channel_gap=timedelta(seconds=1), edits_per_second=0.75, by_space=True, threads=True)

    def __init__(
        self,
        api: Api,
        workspaces: Workspaces,
        *,
        app_token: str = "",
        door: Door | None = None,
        command: str = "/regpulse",
    ) -> None:
        self._api = api
        self.workspaces = workspaces
        self._app_token = app_token
        self._door = door
        self._command = command
        self._posting = Posting(workspaces)
        self._socket: SocketModeClient | None = None

    @property
    def heard(self) -> datetime | None:
        at = self._socket.last_ping_pong_time if self._socket else None
        return datetime.fromtimestamp(at, UTC) if at else None

    @property
    def down(self) -> str:
        return self.workspaces.down

    async def connect(self) -> None:
        await self.workspaces.connect()

    async def close(self) -> None:
        await self._api.close()

    async def examine(self) -> tuple[Finding, ...]:
        """For the check-up, once connected: what each workspace lets the app do."""
        found = await self.workspaces.scopes()
        lacking = [_lacking(team, scope) for team, granted in found for scope in manifest.missing(granted)]
        where = f" in {counted(len(found), 'workspace')}" if found else ""
        return (Finding(True, f"slack: ready{where}"), *lacking)

    # Speaking

    async def send(self, delivery: Delivery, card: Card) -> Outcome:
        return await self._posting.send(delivery, card)

    async def edit(self, delivery: Delivery, card: Card) -> Outcome:
        return await self._posting.edit(delivery, card)

    async def resolve(self, delivery: Delivery, card: Card) -> Outcome:
        return await self._posting.resolve(delivery, card)

    # Being spoken to

    async def listen(self, desk: Desk) -> None:
        app = Listening(self.workspaces, desk).app(self._api.client(), self._command)
        if self._door:
            await self._door.open(app)
        elif self._app_token:
            await self._through_socket(app)
        else:
            log.warning(
                "slack can be posted to but not spoken to", remedy="Set REGPULSE_SLACK_APP_TOKEN; see docs/slack.md."
            )
            await asyncio.Event().wait()

    async def _through_socket(self, app: AsyncApp) -> None:
        await self._check_app_token()
        handler = AsyncSocketModeHandler(app, self._app_token)
        self._socket = handler.client
        try:
            await handler.connect_async()  # type: ignore[no-untyped-call]
            await asyncio.Event().wait()
        finally:
            self._socket = None
            await handler.close_async()  # type: ignore[no-untyped-call]

    async def _check_app_token(self) -> None:
        try:
            await self._api.client().apps_connections_open(app_token=self._app_token)
        except SlackApiError as error:
            if errors.code(error) in errors.TOKEN_TROUBLE | {"not_allowed_token_type", "forbidden_team"}:
                raise PlatformDown(
                    f"Slack refuses the app-level token ({errors.code(error)}). "
                    "Make one with connections:write under Basic Information and set REGPULSE_SLACK_APP_TOKEN."
                ) from error
            raise


def _lacking(team: str, scope: manifest.Scope) -> Finding:
    return Finding(
        not scope.needed,
        f"slack: {team} does not let it {scope.why.replace('`', '')}",
        f"Add the scope {scope.name} under OAuth & Permissions and install the app again.",
    )
