"""Who people are in their workspace, and where their direct messages are: asked of Slack, and kept some minutes."""

import asyncio
import time
from collections import OrderedDict
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import UserError
from bot.model import Caller, Channel, Rank
from bot.platforms.slack import errors

log = structlog.get_logger()

KEPT = 300.0
"""Seconds for which a person's rank is believed: somebody made a guest is one after this at the latest."""

PATIENCE = 1.0
"""Seconds that asking may take: a modal must open three seconds after the person pressed."""

MOST = 5_000

Who = tuple[Rank, str]


class People:
    """Ranks by users.info, direct messages by conversations.open; one for all workspaces."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], tuple[float, Who]] = OrderedDict()
        self._direct: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._told = False

    async def caller(self, client: AsyncWebClient, team: str, channel: str, user: str, name: str = "") -> Caller:
        """Whoever speaks there. In their own direct messages everybody may do everything."""
        place = Channel("slack", team, channel)
        if channel.startswith("D"):
            return Caller(place, user, "admin", name=name)
        rank, shown = await self._who(client, team, user)
        return Caller(place, user, rank, name=shown or name)

    async def direct(self, client: AsyncWebClient, team: str, user: str) -> str:
        """The person's direct messages with the bot. Raises UserError when Slack does not open them."""
        key = (team, user)
        if key not in self._direct:
            try:
                async with asyncio.timeout(PATIENCE):
                    opened = await client.conversations_open(users=user)
                channel: dict[str, Any] = opened.get("channel") or {}
                _keep(self._direct, key, str(channel["id"]))
            except SlackApiError as error:
                log.warning("direct messages not opened", platform="slack", reason=errors.code(error))
                raise UserError(
                    f"RegPulse could not open direct messages with you ({errors.code(error)}). "
                    "Write to it there once, or ask who runs it to give it the scope im:write."
                ) from error
            except errors.WEATHER as error:
                raise UserError("Slack does not answer just now. Try again in a minute.") from error
        return self._direct[key]

    async def _who(self, client: AsyncWebClient, team: str, user: str) -> Who:
        key, now = (team, user), time.monotonic()
        at, who = self._known.get(key, (now - KEPT - 1, ("guest", "")))
        if now - at > KEPT:
            try:
                async with asyncio.timeout(PATIENCE):
                    who = _read((await client.users_info(user=user)).get("user") or {}, team)
            except SlackApiError as error:
                who = self._unknown(errors.code(error))
            except errors.WEATHER as error:  # not kept: the last rank we knew, and the least for a stranger
                log.warning("rank not known", platform="slack", reason=type(error).__name__)
                return who
            _keep(self._known, key, (now, who))
        return who

    def _unknown(self, code: str) -> Who:
        """Without the scope everybody counts as a member; a person Slack does not show us as a guest."""
        if code != "missing_scope":
            return "guest", ""
        if not self._told:
            self._told = True
            log.warning(
                "slack does not say who is a guest or an admin: everybody counts as a member",
                remedy="Give the app the scope users:read and install it again; see docs/slack.md.",
            )
        return "member", ""


def _read(user: dict[str, Any], team: str) -> Who:
    profile = user.get("profile") or {}
    name = str(profile.get("display_name") or user.get("real_name") or user.get("name") or "")
    # In a shared channel somebody of another company may be an admin, but of theirs.
    teams = {user.get("team_id", team), *((user.get("enterprise_user") or {}).get("teams") or ())}
    if team not in teams or any(user.get(flag) for flag in ("is_restricted", "is_ultra_restricted", "is_stranger")):
        return "guest", name
    return "admin" if user.get("is_admin") or user.get("is_owner") else "member", name


def _keep(store: OrderedDict[Any, Any], key: object, value: object) -> None:
    store[key] = value
    store.move_to_end(key)
    if len(store) > MOST:
        store.popitem(last=False)
