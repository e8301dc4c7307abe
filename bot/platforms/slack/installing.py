"""How people put RegPulse into their own workspace: to Slack and back, once, in the same browser."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth import AuthorizeUrlGenerator

from bot.core import limits
from bot.core.limits import Bucket
from bot.core.text import counted
from bot.model import Installation
from bot.platforms.slack import errors
from bot.platforms.slack.manifest import INSTALL, REDIRECT, SCOPES
from bot.platforms.slack.oauth import Many
from bot.platforms.slack.sealing import Secrets
from bot.platforms.slack.states import LASTS, States
from bot.platforms.slack.workspaces import Api
from bot.ports import Vault

log = structlog.get_logger()

COOKIE = "regpulse-install"
A_MINUTE = 60
"""Ways back that are looked into: each costs a write, and a question to Slack, which takes some hundred a minute."""

DONE = "RegPulse is installed in {name}. In a channel there: /invite @RegPulse, then /regpulse subscribe"
DECLINED = "RegPulse was not installed: Slack says {error}."
STALE = "This link was used before, is older than ten minutes, or was opened in another browser. Begin again: {again}"
WHOLE_ORG = "RegPulse is installed in one workspace at a time. Choose a workspace, not the whole organisation: {again}"
CROWDED = "Too many are installing RegPulse at this moment. Reload this page in {wait}."
FAILED = "Slack did not complete the installation ({reason}). Begin again: {again}"


class Installing:
    """The two pages of the OAuth flow (docs.slack.dev/authentication/installing-with-oauth)."""

    def __init__(
        self,
        api: Api,
        workspaces: Many,
        client_id: str,
        client_secret: str,
        *,
        url: str,
        authorize_url: str,
        states: States,
        now: Callable[[], datetime],
    ) -> None:
        self._api = api
        self._workspaces = workspaces
        self._client_id = client_id
        self._client_secret = client_secret
        self._again = url.rstrip("/") + INSTALL
        self._redirect = url.rstrip("/") + REDIRECT
        self._secure = url.startswith("https://")
        self._to_slack = AuthorizeUrlGenerator(
            client_id=client_id,
            scopes=[scope.name for scope in SCOPES],
            redirect_uri=self._redirect,
            authorization_url=authorize_url,
        )
        self._states = states
        self._bucket: Bucket | None = None
        self._now = now

    def routes(self) -> list[web.RouteDef]:
        return [web.get(INSTALL, self._begin), web.get(REDIRECT, self._finish)]

    async def _begin(self, request: web.Request) -> web.StreamResponse:
        """Anybody may, as often as they like: nothing is written, and nobody else's installation is touched."""
        browser = secrets.token_urlsafe(32)
        state = self._states.begun(browser, self._now())
        response = web.Response(status=302, headers={"Location": self._to_slack.generate(state=state)})
        response.set_cookie(
            COOKIE,
            browser,
            max_age=int(LASTS.total_seconds()),
            path=REDIRECT,
            secure=self._secure,
            httponly=True,
            samesite="Lax",
        )
        return response

    async def _finish(self, request: web.Request) -> web.StreamResponse:
        response = await self._finished(request)
        if response.status != 429:
            response.del_cookie(COOKIE, path=REDIRECT)
        return response

    async def _finished(self, request: web.Request) -> web.Response:
        state, now = request.query.get("state", ""), self._now()
        until = self._states.until(state, request.cookies.get(COOKIE, ""), now)
        if until is None:
            return self._said(400, STALE)
        if declined := request.query.get("error", ""):
            return self._said(200, DECLINED, error=declined[:100])
        self._bucket, wait = limits.drawn(self._bucket, A_MINUTE, now)
        if wait:
            return self._said(429, CROWDED, wait=counted(wait, "second"))
        if not await self._vault.redeem(state, until=until, now=now):
            return self._said(400, STALE)
        try:
            client = self._api.client()
            answer: Any = await client.oauth_v2_access(
                client_id=self._client_id,
                client_secret=self._client_secret,
                code=request.query.get("code", ""),
                redirect_uri=self._redirect,
            )
            if answer.get("is_enterprise_install") or not answer.get("team"):
                return self._said(400, WHOLE_ORG)
            about: Any = await client.auth_test(token=answer["access_token"])
        except SlackApiError as error:
            return self._failed(errors.code(error))
        except errors.WEATHER as error:
            return self._failed(type(error).__name__)
        found = self._read(answer, about)
        await self._workspaces.install(found, Secrets(answer["access_token"], answer.get("refresh_token") or ""))
        return self._said(200, DONE, name=found.name)

    def _read(self, answer: Any, about: Any) -> Installation:
        lasts = answer.get("expires_in")
        return Installation(
            team=str(answer["team"]["id"]),
            name=str(answer["team"].get("name") or answer["team"]["id"]),
            url=str(about.get("url") or ""),
            bot=str(about.get("bot_id") or ""),
            bot_user=str(answer.get("bot_user_id") or ""),
            scopes=tuple(str(answer.get("scope") or "").split(",")),
            sealed=b"",
            installed=self._now(),
            expires=self._now() + timedelta(seconds=int(lasts)) if lasts else None,
        )

    def _failed(self, reason: str) -> web.Response:
        log.warning("not installed", platform="slack", reason=reason)
        return self._said(400, FAILED, reason=reason)

    def _said(self, status: int, sentence: str, **parts: str) -> web.Response:
        return web.Response(status=status, text=sentence.format(again=self._again, **parts))

    @property
    def _vault(self) -> Vault:
        return self._workspaces.kept
