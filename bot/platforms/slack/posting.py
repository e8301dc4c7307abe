"""Posts, edits and finds again what the outbox sends."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core import schedule, undecided
from bot.model import Card, Channel, Delivery, Doubt, Later, Outcome, Refused, Sent, Traceable
from bot.platforms.clocks import Ahead
from bot.platforms.drawing import drawing
from bot.platforms.slack import blocks, errors
from bot.platforms.slack.workspaces import Unsendable, Workspaces

log = structlog.get_logger()

EVENT = "regpulse_delivery"

PAGES_KEPT = 1_000
"""Deliveries of which it is remembered how far their channel's history was read."""

PAGES, PAGE = 20, 200
"""How much of a channel is looked through for a message in doubt; 200 is what Slack recommends for one request."""

UNREADABLE = {"missing_scope", "no_permission", "access_denied"}
"""Of a channel's history: asking again will not tell either."""

CLOSED = {"not_in_channel", "channel_not_found"}
"""Of it, too: the channel itself is closed to us, and tells when it answers again."""


class Posting:
    """With the token of each delivery's workspace; never raises for weather."""

    def __init__(self, workspaces: Workspaces, ahead: Ahead) -> None:
        self._workspaces = workspaces
        self._ahead = ahead
        self._read: dict[str, bool] = {}
        """By workspace, whether a channel's history could be read when it was last tried."""
        self._pages: dict[str, _Pages] = {}
        """By delivery in doubt, how far the history was read before Slack asked us to wait."""

    @property
    def traceable(self) -> Traceable:
        """Workspaces whose history was read, and that let the app read it in every kind of channel."""
        read = frozenset(team for team, read in self._read.items() if read)
        return Traceable(read - self._workspaces.untraceable)

    async def send(self, delivery: Delivery, card: Card) -> Outcome:
        if delivery.channel.space not in self._read:
            await self._try_to_read(delivery)
        text, rich = _laid_out(card, await self._address(delivery))
        outcome = await self._post(delivery, text, rich or None)
        if isinstance(outcome, str):
            log.warning("slack refused the blocks; sending plain text", delivery=delivery.id, reason=outcome)
            outcome = await self._post(delivery, _plain(card), None)
        return (
            outcome if not isinstance(outcome, str) else Refused(outcome, "This is a fault of RegPulse; see its log.")
        )

    async def _try_to_read(self, delivery: Delivery) -> None:
        """Before the first message to a workspace: what the scopes promise, a policy of the workspace may forbid."""
        if delivery.channel.space in self._workspaces.untraceable:
            return
        try:
            client = await self._client(delivery)
            await client.conversations_history(channel=delivery.channel.id, limit=1)
        except SlackApiError as error:
            if errors.code(error) in ("missing_scope", "access_denied"):  # another channel may be open to us
                self._read[delivery.channel.space] = False
        except (Unsendable, *errors.WEATHER):  # the message itself will meet it
            return
        else:
            self._read[delivery.channel.space] = True

    async def let_in(self, channel: Channel) -> Refused | None:
        """Why nothing would be posted there, as far as its history tells; None where it tells nothing."""
        try:
            client = await self._workspaces.client(channel.space)
            await client.conversations_history(channel=channel.id, limit=1)
        except Unsendable as error:
            return error.outcome if isinstance(error.outcome, Refused) else None
        except SlackApiError as error:
            code = errors.code(error)
            return Refused(f"Slack says {code}", errors.REFUSALS[code]) if code in errors.SHUT_OUT else None
        except errors.WEATHER:
            return None
        return None

    async def _address(self, delivery: Delivery) -> str:
        """Where people read the message this one goes on from, in the form chat.getPermalink gives."""
        workspace = await self._workspaces.address(delivery.channel.space) if delivery.follows else ""
        return f"{workspace}archives/{delivery.channel.id}/p{delivery.follows.replace('.', '')}" if workspace else ""

    async def _post(self, delivery: Delivery, text: str, rich: list[blocks.Block] | None) -> Outcome | str:
        """What came of it; the error's name when the blocks were refused."""
        try:
            client = await self._client(delivery)
            posted = await client.chat_postMessage(
                channel=delivery.channel.id,
                text=text,
                blocks=rich,
                unfurl_links=False,
                unfurl_media=False,
                metadata=_metadata(delivery),
                thread_ts=_thread(delivery),
            )
        except Unsendable as error:
            return error.outcome
        except SlackApiError as error:
            return await self._failed(delivery, error, rich)
        except errors.WEATHER as error:
            return errors.broken(error)
        return Sent(str(posted["ts"]))

    async def edit(self, delivery: Delivery, card: Card) -> Outcome:
        text, rich = _laid_out(card, await self._address(delivery))
        outcome = await self._update(delivery, text, rich)
        if isinstance(outcome, str):  # so did the message when it was posted
            outcome = await self._update(delivery, _plain(card), [])
        return Refused(outcome, "") if isinstance(outcome, str) else outcome

    async def _update(self, delivery: Delivery, text: str, rich: list[blocks.Block]) -> Outcome | str:
        """What came of it; the error's name when the blocks were refused. The message keeps its metadata."""
        try:
            client = await self._client(delivery)
            await client.chat_update(channel=delivery.channel.id, ts=delivery.message, text=text, blocks=rich)
        except Unsendable as error:
            return error.outcome
        except SlackApiError as error:
            return await self._failed(delivery, error, rich)
        except errors.WEATHER as error:
            return Later(f"Slack cannot be reached ({type(error).__name__})")
        return Sent(delivery.message)

    async def _failed(self, delivery: Delivery, error: SlackApiError, rich: list[blocks.Block] | None) -> Outcome | str:
        code = errors.code(error)
        if rich and code in errors.BAD_BLOCKS:
            return code
        if code in errors.TOKEN_TROUBLE:
            return await self._workspaces.refused(delivery.channel.space, code)
        return errors.outcome(error)

    async def resolve(self, delivery: Delivery, card: Card) -> Outcome:
        """Looks for the delivery id in the channel's history since an hour before the attempt, and for a digest that told it.

        Only of a restored database is an alert in doubt that may have been told with a digest; it has no message then.
        """
        pages = self._pages.pop(delivery.id, None)
        try:
            client = await self._client(delivery)
            await client.auth_test()  # whose answer is dated: ours may have been put on since the last one
            since = self._ahead.theirs(delivery.attempted or delivery.created) - schedule.CLOCK_FAST
            pages = pages or _Pages(f"{since.timestamp():.6f}")
            async for message in _said_since(client, delivery, pages):
                payload = (message.get("metadata") or {}).get("event_payload") or {}
                if payload.get("delivery") == delivery.id:
                    return Sent(str(message["ts"]))
                if _told_with(payload, delivery):
                    return Sent("")
        except _TooMany as many:
            return Doubt(f"more than {many.seen:,} messages were written there since", knowable=False)
        except Unsendable as error:
            return undecided.still(error.outcome)
        except SlackApiError as error:
            code = errors.code(error)
            if code in errors.TOKEN_TROUBLE:
                return undecided.still(await self._workspaces.refused(delivery.channel.space, code))
            if code in CLOSED:
                return errors.outcome(error)
            if code in errors.SLOW_DOWN and pages and len(self._pages) < PAGES_KEPT:
                self._pages[delivery.id] = pages
            forbidden = code in UNREADABLE
            if forbidden:
                self._read[delivery.channel.space] = False
            reason = f"Slack does not let us read the channel's history ({code})"
            return Doubt(reason, knowable=not forbidden, after=errors.asked_to_wait(error))
        except errors.WEATHER as error:
            return Doubt(f"Slack cannot be reached ({type(error).__name__})")
        return Later("was not posted", timedelta(0))

    async def _client(self, delivery: Delivery) -> AsyncWebClient:
        return await self._workspaces.client(delivery.channel.space)


def _laid_out(card: Card, address: str) -> tuple[str, list[blocks.Block]]:
    """Its text and its blocks, none where it is to be plain. Raises Unshown."""
    if card.plainly:
        return _plain(card), []
    with drawing():
        return blocks.message(card, address)


def _plain(card: Card) -> str:
    with drawing():
        return blocks.plain(card)


@dataclass(slots=True)
class _Pages:
    """How far a channel's history was read, back from when it was begun, to `oldest`."""

    oldest: str
    cursor: str = ""
    read: int = 0
    seen: int = 0
    """Messages."""


async def _said_since(client: AsyncWebClient, delivery: Delivery, pages: _Pages) -> AsyncIterator[Mapping[str, Any]]:
    """Page by page, the newest first: people may have written much since. A channel's history leaves out its threads.

    Some apps are given 15 messages a minute (docs.slack.dev/apis/web-api/rate-limits), so it is gone on with where it was left.
    """
    channel, thread = delivery.channel.id, _thread(delivery)
    while pages.read < PAGES:
        asked: dict[str, Any] = {
            "oldest": pages.oldest,
            "include_all_metadata": True,
            "limit": PAGE,
            "cursor": pages.cursor or None,
        }
        if thread:
            found = await client.conversations_replies(channel=channel, ts=thread, **asked)
        else:
            found = await client.conversations_history(channel=channel, **asked)
        answer = found.data if isinstance(found.data, dict) else {}
        for message in answer.get("messages") or ():
            pages.seen += 1
            yield message
        pages.read += 1
        pages.cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
        if not pages.cursor:
            return
    raise _TooMany(pages.seen)


class _TooMany(Exception):
    """More was said than is looked through."""

    def __init__(self, seen: int) -> None:
        self.seen = seen


def _thread(delivery: Delivery) -> str | None:
    """A correction stands under the message it corrects, a story of a digest under that; all else in the channel.

    What stands in a thread has none of its own: Slack wants the message the thread began with.
    """
    return delivery.thread or (delivery.follows if delivery.kind == "correction" else "") or None


def _told_with(payload: Mapping[str, Any], delivery: Delivery) -> bool:
    """Whether this is a digest that told the alert's story; what stands in a thread stands in that of its digest."""
    return delivery.kind == "alert" and not delivery.thread and delivery.story in (payload.get("stories") or ())


def _metadata(delivery: Delivery) -> dict[str, object]:
    payload: dict[str, object] = {"delivery": delivery.id, "story": delivery.story}
    if delivery.carries:
        payload["stories"] = [brief.story for brief in delivery.carries]
    return {"event_type": EVENT, "event_payload": payload}
