"""Whose token speaks in which workspace: the one of the configuration. Many workspaces are in `oauth`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import PlatformDown
from bot.model import Later, Outcome
from bot.platforms.slack import errors, manifest

log = structlog.get_logger()

TIMEOUT = 20
"""Seconds one request may take."""

UNINSTALLED = (
    "RegPulse was removed from the workspace. Install it again (docs/slack.md) and set REGPULSE_SLACK_BOT_TOKEN."
)


class Unsendable(Exception):
    """There is no token to send with; `outcome` is what becomes of the delivery."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Api:
    """Where Slack's methods are."""

    url: str

    def client(self, token: str = "") -> AsyncWebClient:
        # No retry handlers: only the outbox sends again, or a message could be posted twice.
        return AsyncWebClient(
            token or None,
            base_url=self.url.rstrip("/") + "/",
            timeout=TIMEOUT,
            retry_handlers=[],
            trust_env_in_session=False,
        )


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
        """Raises PlatformDown when a person must act."""
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
        self._client = api.client(token)
        self._token = token
        self._self: dict[str, Any] = {}
        self._scopes: frozenset[str] | None = None

    async def connect(self) -> None:
        self.down = ""
        try:
            found = await self._client.auth_test()
        except SlackApiError as error:
            if errors.code(error) in errors.TOKEN_TROUBLE:
                raise PlatformDown(self._refuse(errors.code(error))) from error
        except errors.WEATHER as error:
            log.warning("slack cannot be reached", reason=type(error).__name__)
        else:
            self._self = found.data if isinstance(found.data, dict) else {}
            granted = found.headers.get("x-oauth-scopes", "")
            self._scopes = frozenset(one.strip() for one in granted.split(",") if one.strip()) or None

    @property
    def untraceable(self) -> frozenset[str]:
        blind = self._scopes is not None and not self._scopes >= manifest.LOOKING
        return frozenset({str(self._self.get("team_id") or "")}) if blind else frozenset()

    async def client(self, team: str) -> AsyncWebClient:
        return self._client

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
