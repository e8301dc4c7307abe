"""Whose token speaks in which workspace: the one of the configuration. Many workspaces are in `oauth`."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

import aiohttp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import PlatformDown
from bot.model import Later, Outcome
from bot.platforms import clocks
from bot.platforms.slack import errors, manifest

# Without a level of its own slack_sdk takes it for one of DEBUG, and writes out every request and answer for nobody.
_logger = logging.getLogger("slack_sdk.web.regpulse")
_logger.setLevel(logging.WARNING)

TIMEOUT = 20
"""Seconds one request may take."""

KEPT = 5
"""Seconds for which a connection waits to be used again. Few: what is posted just as Slack closes it would be in doubt."""

UNINSTALLED = (
    "RegPulse was removed from the workspace. Install it again (docs/slack.md) and set REGPULSE_SLACK_BOT_TOKEN."
)


class Unsendable(Exception):
    """There is no token to send with; `outcome` is what becomes of the delivery."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class Api:
    """Where Slack's methods are, over connections that all workspaces share: a message of an alert to many costs no new one.

    Nothing else is shared: a request carries its workspace's token, and no cookie.
    """

    def __init__(self, url: str, now: Callable[[], datetime] = clocks.machine) -> None:
        self.ahead = clocks.Ahead(now)
        self._url = url.rstrip("/") + "/"
        self._session: aiohttp.ClientSession | None = None

    def client(self, token: str = "") -> AsyncWebClient:
        # No retry handlers: only the outbox sends again, or a message could be posted twice.
        return AsyncWebClient(
            token or None,
            base_url=self._url,
            timeout=TIMEOUT,
            session=self._opened(),
            retry_handlers=[],
            trust_env_in_session=False,
            logger=_logger,
        )

    async def close(self) -> None:
        """It opens again when it is asked for a client."""
        if self._session:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                # Unlimited: the outbox bounds what is under way, and a workspace that is slow takes no other's connection.
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT),
                timeout=aiohttp.ClientTimeout(total=TIMEOUT),
                cookie_jar=aiohttp.DummyCookieJar(),
                trace_configs=[self.ahead.listening(aiohttp.TraceConfig())],
            )
        return self._session


class Workspaces(Protocol):
    """Tokens by workspace, and what becomes of a workspace whose token is refused."""

    @property
    def down(self) -> str:
        """Why no workspace at all can be spoken to."""
        ...

    @property
    def untraceable(self) -> frozenset[str]:
        """Those that do not let the app look for its own messages."""
        ...

    async def connect(self) -> None:
        """Raises PlatformDown when a person must act, Unreached while Slack is not there."""
        ...

    async def client(self, team: str) -> AsyncWebClient:
        """With the workspace's token. Raises `Unsendable` where there is none."""
        ...

    async def address(self, team: str) -> str:
        """ "https://example.slack.com/", under which messages can be linked to; "" where it is not known."""
        ...

    async def refused(self, team: str, code: str) -> Outcome:
        """Slack refuses the workspace's token: what that means for the message."""
        ...

    async def authorize(self, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        """For Bolt: with whose token a request from this workspace is answered; None for one that is not installed."""
        ...

    async def removed(self, team: str, at: datetime) -> None:
        """Slack says that the app was uninstalled there, or its token revoked, at that time."""
        ...

    async def scopes(self) -> tuple[tuple[str, frozenset[str]], ...]:
        """Each workspace with what the app may do there, as far as Slack said so."""
        ...


class One:
    """The one workspace whose bot token stands in the environment."""

    def __init__(self, api: Api, token: str) -> None:
        self.down = ""
        self._api = api
        self._token = token
        self._self: dict[str, Any] = {}
        self._scopes: frozenset[str] | None = None

    async def connect(self) -> None:
        self.down = ""
        try:
            with errors.reached():
                found = await self._api.client(self._token).auth_test()
        except SlackApiError as error:
            if errors.code(error) in errors.UNFIT:
                raise PlatformDown(self._refuse(errors.code(error))) from error
        else:
            self._self = found.data if isinstance(found.data, dict) else {}
            granted = found.headers.get("x-oauth-scopes", "")
            self._scopes = frozenset(one.strip() for one in granted.split(",") if one.strip()) or None

    @property
    def untraceable(self) -> frozenset[str]:
        blind = self._scopes is not None and not self._scopes >= manifest.LOOKING
        return frozenset({str(self._self.get("team_id") or "")}) if blind else frozenset()

    async def client(self, team: str) -> AsyncWebClient:
        return self._api.client(self._token)

    async def address(self, team: str) -> str:
        return str(self._self.get("url") or "")

    async def refused(self, team: str, code: str) -> Outcome:
        self._refuse(code)
        return Later(f"the bot token is refused ({code})")

    async def authorize(self, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=self._self.get("user_id"),
            bot_id=self._self.get("bot_id"),
            bot_token=self._token,
        )

    async def removed(self, team: str, at: datetime) -> None:
        self.down = UNINSTALLED

    async def scopes(self) -> tuple[tuple[str, frozenset[str]], ...]:
        return () if self._scopes is None else ((str(self._self.get("team") or "Slack"), self._scopes),)

    def _refuse(self, code: str) -> str:
        self.down = f"Slack refuses the bot token ({code}). Copy it anew from OAuth & Permissions into REGPULSE_SLACK_BOT_TOKEN."
        return self.down
