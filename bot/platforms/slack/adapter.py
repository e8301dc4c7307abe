"""Slack as a platform: posts through the Web API, is spoken to through Socket Mode or over HTTP."""

import asyncio
from datetime import datetime, timedelta

import structlog

from bot.core.text import counted
from bot.model import Card, Channel, Delivery, Finding, Outcome, Pace, Traceable
from bot.platforms.slack import manifest
from bot.platforms.slack.http import Door
from bot.platforms.slack.listening import Listening
from bot.platforms.slack.posting import Posting
from bot.platforms.slack.socket import Socket
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
        self._door = door
        self._command = command
        self._posting = Posting(workspaces, api.ahead)
        self._socket = Socket(api, app_token) if app_token and not door else None

    @property
    def heard(self) -> datetime | None:
        return self._socket.heard if self._socket else None

    @property
    def down(self) -> str:
        return self.workspaces.down

    @property
    def traceable(self) -> Traceable:
        return self._posting.traceable

    @property
    def ahead(self) -> timedelta | None:
        return self._api.ahead.by

    async def connect(self) -> None:
        await self.workspaces.connect()

    async def close(self) -> None:
        await self._api.close()

    async def examine(self, ops: Channel | None) -> tuple[Finding, ...]:
        """For the check-up, once connected: what each workspace lets the app do, and whether operators can be told."""
        found = await self.workspaces.scopes()
        lacking = [_lacking(team, scope) for team, granted in found for scope in manifest.missing(granted)]
        where = f" in {counted(len(found), 'workspace')}" if found else ""
        shut = await self._posting.let_in(ops) if ops and ops.platform == self.name else None
        told = [Finding(False, f"slack: operators' channel {ops}: {shut.reason}", shut.remedy)] if shut else []
        return (Finding(True, f"slack: ready{where}"), *lacking, *told)

    # Speaking

    async def send(self, delivery: Delivery, card: Card) -> Outcome:
        return await self._posting.send(delivery, card)

    async def edit(self, delivery: Delivery, card: Card) -> Outcome:
        return await self._posting.edit(delivery, card)

    async def resolve(self, delivery: Delivery, card: Card) -> Outcome:
        return await self._posting.resolve(delivery, card)

    # Being spoken to

    async def listen(self, desk: Desk) -> None:
        listening = Listening(self.workspaces, desk)
        app = listening.app(self._api.client(), self._command)
        if self._door:
            await listening.giving.let_end(self._door.open(app))
        elif self._socket:
            await listening.giving.let_end(self._socket.hold(app))
        else:
            log.warning(
                "slack can be posted to but not spoken to", remedy="Set REGPULSE_SLACK_APP_TOKEN; see docs/slack.md."
            )
            await asyncio.Event().wait()


def _lacking(team: str, scope: manifest.Scope) -> Finding:
    return Finding(
        not scope.needed,
        f"slack: {team} does not let it {scope.why.replace('`', '')}",
        f"Add the scope {scope.name} under OAuth & Permissions and install the app again.",
    )
