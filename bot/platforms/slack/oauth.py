"""Many workspaces: each with a token of its own, sealed in the database, renewed before it expires, forgotten when removed."""

import asyncio
import math
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.text import counted
from bot.errors import PlatformDown
from bot.model import Installation, Later, Outcome, Refused
from bot.platforms.slack import errors, manifest
from bot.platforms.slack.sealing import Seal, Secrets, Unopened
from bot.platforms.slack.workspaces import Api, Unsendable
from bot.ports import Vault

log = structlog.get_logger()

LASTS, RENEW_BEFORE = timedelta(hours=12), timedelta(hours=2)
"""Of a token, and how long before its end there is to be another (docs.slack.dev/authentication/using-token-rotation)."""

ASK_AGAIN = 5.0
"""Seconds after which what the database says of a workspace is asked again. Five messages a second are posted there."""

# docs.slack.dev/reference/methods/oauth.v2.access: the refresh token itself is no good any more.
_SPENT = {"invalid_refresh_token", "invalid_grant", "token_revoked", "account_inactive", "invalid_auth"}

GONE = "RegPulse is not installed in this workspace any more"
NAMED = 5
AS_OLD_AS_THE_BACKUP = "the workspace's token is as old as the backup that was put back"
OTHER_KEY = "the workspace's token was sealed with another key"
_ITS_REMEDY = "Put that key behind the new one in REGPULSE_ENCRYPTION_KEY, or have the app installed there again."


class Many:
    """Implements `workspaces.Workspaces` over a `Vault`, which is set once the database is open."""

    down = ""
    """A workspace's trouble is never that of the others, so there is none that stops them all."""

    def __init__(
        self, api: Api, client_id: str, client_secret: str, seal: Seal, *, install_at: str, now: Callable[[], datetime]
    ) -> None:
        self.vault: Vault | None = None
        self._api = api
        self._client_id = client_id
        self._client_secret = client_secret
        self._seal = seal
        self._install_at = install_at
        self._now = now
        self._scopes: dict[str, frozenset[str]] = {}
        self._asked: dict[str, tuple[float, Installation]] = {}
        self._renewing: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @property
    def kept(self) -> Vault:
        if self.vault is None:
            raise RuntimeError("the vault is set before anything is asked of it")
        return self.vault

    @property
    def untraceable(self) -> frozenset[str]:
        return frozenset(team for team, granted in self._scopes.items() if not granted >= manifest.LOOKING)

    async def connect(self) -> None:
        """Seals with the newest key what an older one sealed; sees that every stored token opens, and that Slack is there."""
        opened, closed, found = list[str](), list[Installation](), await self.kept.installations()
        for one in found:
            self._scopes[one.team] = frozenset(one.scopes)
            try:
                secrets = self._seal.open(one.team, one.sealed)
            except Unopened:
                closed.append(one)
                continue
            opened.append(one.team)
            if self._seal.is_stale(one.sealed):
                await self.kept.reseal(one.team, one.sealed, self._seal.seal(one.team, secrets), one.expires)
        if closed and len(closed) == len(found):
            raise PlatformDown(
                f"REGPULSE_ENCRYPTION_KEY does not open the tokens of {counted(len(closed), 'Slack workspace')}. "
                "Put the key they were sealed with behind the new one, with a comma between them."
            )
        shut = tuple(one.team for one in closed)
        await self.kept.note_tokens(opened, shut, f"{OTHER_KEY}. {_ITS_REMEDY}", self._now())
        await self._tell_closed(tuple(f"{one.name} ({one.team})" for one in closed))
        with errors.reached(), suppress(SlackApiError):
            await self._api.client().api_test()

    async def _tell_closed(self, closed: tuple[str, ...]) -> None:
        """Of those that the key does not open, while it opens others."""
        if not closed:
            await self.kept.all_clear(OTHER_KEY, ("The tokens of all Slack workspaces open again", "", ""), self._now())
            return
        more = f" and {len(closed) - NAMED} more" if len(closed) > NAMED else ""
        line = f"{', '.join(closed[:NAMED])}{more}: {OTHER_KEY}. Nothing is sent there; all others are served."
        log.error("tokens do not open", platform="slack", teams=closed, remedy=_ITS_REMEDY)
        await self.kept.alarm(OTHER_KEY, ("A Slack workspace cannot be spoken to", line, _ITS_REMEDY), self._now())

    async def client(self, team: str) -> AsyncWebClient:
        found = await self._known(team)
        if found is None:
            raise Unsendable(self._gone())
        return self._api.client((await self._fresh(found)).token)

    async def address(self, team: str) -> str:
        found = await self._known(team)
        return found.url if found else ""

    async def _known(self, team: str) -> Installation | None:
        """As the database had it a moment ago, unless it was changed through us since."""
        now = asyncio.get_running_loop().time()
        asked, known = self._asked.get(team, (-math.inf, None))
        if now - asked < ASK_AGAIN:
            return known
        found = await self.kept.installation(team)
        if found:
            self._asked[team] = now, found
        return found

    async def refused(self, team: str, code: str) -> Outcome:
        self._asked.pop(team, None)
        if code == "token_expired":
            found = await self.kept.installation(team)
            if found and found.expires:
                await self.kept.reseal(team, found.sealed, found.sealed, self._now())
                self._asked.pop(team, None)
                return Later("the workspace's token ran out and is renewed", timedelta(0))
        if await self._serves(team):
            return Later(f"Slack refused the workspace's token ({code}), and takes the present one", timedelta(0))
        return await self._given_up(team, f"Slack says {code}")

    async def _serves(self, team: str) -> bool:
        """Whether Slack takes the token now in hand: the refused one may have been replaced meanwhile."""
        try:
            await (await self.client(team)).auth_test()
        except Unsendable:
            return False
        except SlackApiError as error:
            return errors.code(error) not in errors.UNFIT
        except errors.WEATHER:
            return True
        return True

    def _gone(self) -> Refused:
        return Refused(GONE, self._remedy(), "space")

    def _remedy(self) -> str:
        return f"Install it again: {self._install_at} or unsubscribe the channel."

    async def authorize(self, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        found = await self.kept.installation(team_id or "")
        if found is None:
            return None
        try:
            secrets = await self._fresh(found)
        except Unsendable as error:
            log.warning("workspace not answered", platform="slack", team=team_id, reason=error.outcome)
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=found.bot_user,
            bot_id=found.bot,
            bot_token=secrets.token,
        )

    async def removed(self, team: str, at: datetime) -> None:
        """An event that was delayed must not remove what was installed since."""
        found = await self.kept.installation(team)
        if found and found.installed <= at:
            await self._forget(team, "it was uninstalled there")

    async def scopes(self) -> tuple[tuple[str, frozenset[str]], ...]:
        return tuple((one.name, frozenset(one.scopes)) for one in await self.kept.installations())

    # Installing

    async def install(self, found: Installation, secrets: Secrets) -> None:
        await self.kept.install(replace(found, sealed=self._seal.seal(found.team, secrets)))
        self._scopes[found.team] = frozenset(found.scopes)
        self._asked.pop(found.team, None)
        spoken_to = ("A Slack workspace can be spoken to again", f"{found.name} ({found.team})", "")
        await self.kept.all_clear(_old(found.team), spoken_to, self._now())
        log.info("installed", platform="slack", team=found.team)

    async def _given_up(self, team: str, why: str) -> Refused:
        """Forgotten, but where a backup was put back: then it is the token that is old, and the app may well be there."""
        found, restored = await self.kept.installation(team), await self.kept.restored()
        if not (found and found.expires and restored and found.expires - LASTS <= restored):
            await self._forget(team, why)
            return self._gone()
        log.warning("token as old as the backup", platform="slack", team=team, reason=why)
        line = f"{found.name} ({team}): {why}: it is as old as the backup that was put back. What is to be told there waits."
        await self.kept.alarm(_old(team), ("A Slack workspace cannot be spoken to", line, self._remedy()), self._now())
        return Refused(AS_OLD_AS_THE_BACKUP, self._remedy(), "space")

    async def _forget(self, team: str, why: str) -> None:
        """Operators are told once: who removes it second finds nothing to remove."""
        found = await self.kept.installation(team)
        if found is None:
            return
        text = (
            "RegPulse was removed from a Slack workspace",
            f"{found.name} ({team}): {why}. Its channels are sent nothing more; their subscriptions are kept.",
            f"It can be installed again: {self._install_at}",
        )
        gone = await self.kept.uninstall(team, text, self._now())
        self._asked.pop(team, None)
        if gone:
            log.warning("uninstalled", platform="slack", team=team, reason=why)

    # Renewing

    async def _fresh(self, found: Installation) -> Secrets:
        """Raises `Unsendable`."""
        if not self._is_due(found):
            return self._opened(found)
        async with self._renewing[found.team]:  # a refresh token works once: two at a time would lose the workspace
            current = await self.kept.installation(found.team)
            if current is None:
                raise Unsendable(self._gone())
            return await self._renewed(current) if self._is_due(current) else self._opened(current)

    def _is_due(self, found: Installation) -> bool:
        return found.expires is not None and found.expires - self._now() < RENEW_BEFORE

    def _opened(self, found: Installation) -> Secrets:
        try:
            return self._seal.open(found.team, found.sealed)
        except Unopened:
            raise Unsendable(Refused(OTHER_KEY, _ITS_REMEDY, "space")) from None

    async def _renewed(self, found: Installation) -> Secrets:
        secrets = self._opened(found)
        try:
            answer = await self._api.client().oauth_v2_access(
                client_id=self._client_id,
                client_secret=self._client_secret,
                grant_type="refresh_token",
                refresh_token=secrets.refresh,
            )
        except SlackApiError as error:
            return await self._not_renewed(found, secrets, errors.code(error))
        except errors.WEATHER as error:
            return await self._not_renewed(found, secrets, type(error).__name__)
        new = Secrets(str(answer["access_token"]), str(answer["refresh_token"]))
        expires = self._now() + timedelta(seconds=int(answer["expires_in"]))
        await self.kept.reseal(found.team, found.sealed, self._seal.seal(found.team, new), expires)
        self._asked.pop(found.team, None)
        log.info("token renewed", platform="slack", team=found.team)
        return new

    async def _not_renewed(self, found: Installation, secrets: Secrets, reason: str) -> Secrets:
        """The token in hand serves as long as it lasts."""
        log.warning("token not renewed", platform="slack", team=found.team, reason=reason)
        if found.expires and found.expires > self._now():
            return secrets
        if reason in _SPENT:
            raise Unsendable(await self._given_up(found.team, f"its token could not be renewed ({reason})"))
        raise Unsendable(Later(f"the workspace's token ran out and could not be renewed ({reason})"))


def _old(team: str) -> str:
    """What operators are told of once."""
    return f"old token of {team}"
