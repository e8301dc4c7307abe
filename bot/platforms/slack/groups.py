"""User groups by the names people know them by; asked of Slack, and kept some minutes."""

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.text import clean, fold
from bot.model import Choice, Form, Reply
from bot.platforms.slack import errors

log = structlog.get_logger()

KEPT = 300.0
PATIENCE = 1.0
"""Seconds that asking may take, as of ranks."""

MOST = 1_000
"""Workspaces whose groups are kept."""

_NAMED = re.compile(r"\buser group (S[A-Z0-9]{1,30})\b")
"""How an answer names one; as text, so that nobody is notified of it."""


@dataclass(slots=True)
class Groups:
    """Where Slack does not say, for want of the scope or just now, a group stays an id."""

    _known: OrderedDict[str, tuple[float, Mapping[str, tuple[str, str]]]] = field(default_factory=OrderedDict)

    async def matching(self, client: AsyncWebClient, team: str, typed: str) -> tuple[Choice, ...]:
        """Those whose handle, name or id holds what was typed."""
        wanted = fold(typed).strip("@ ")
        found = sorted((_label(*one), id) for id, one in (await self._of(client, team)).items())
        return tuple(Choice(id, label) for label, id in found if wanted in fold(f"{label} {id}"))

    async def named(self, reply: Reply, client: AsyncWebClient, team: str) -> Reply:
        """The answer with handles in place of ids."""
        if not _NAMED.search(reply.text):
            return reply
        known = await self._of(client, team)
        text = _NAMED.sub(lambda one: f"@{known[one[1]][0]}" if one[1] in known else one[0], reply.text)
        return replace(reply, text=text)

    async def chosen(self, form: Form, client: AsyncWebClient, team: str) -> Mapping[str, str]:
        """What the groups that a form is filled in with are called, by their ids."""
        mentions = {option.name for option in form.verb.options if option.takes == "mention"}
        ids = [value for name, value in form.values if name in mentions and value]
        known = await self._of(client, team) if ids else {}
        return {id: _label(*known[id]) for id in ids if id in known}

    async def _of(self, client: AsyncWebClient, team: str) -> Mapping[str, tuple[str, str]]:
        at, known = self._known.get(team, (float("-inf"), {}))
        now = time.monotonic()
        if now - at > KEPT:
            try:
                async with asyncio.timeout(PATIENCE):
                    found = await client.usergroups_list()
                known = {one["id"]: (clean(one["handle"]), clean(one["name"])) for one in found.get("usergroups") or ()}
            except SlackApiError as error:
                log.warning("user groups not known", platform="slack", reason=errors.code(error))
            except errors.WEATHER as error:  # not kept: it may answer the next time
                log.warning("user groups not known", platform="slack", reason=type(error).__name__)
                return known
            self._known[team] = now, known
            self._known.move_to_end(team)
            if len(self._known) > MOST:
                self._known.popitem(last=False)
        return known


def _label(handle: str, name: str) -> str:
    return f"@{handle} ({name})"
