"""Slack as a platform: posts through the Web API, is spoken to through Socket Mode."""

import asyncio
import html
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import PlatformDown
from bot.model import Caller, Card, Channel, Delivery, Doubt, Later, Outcome, Pace, Refused, Reply, Sent
from bot.platforms.slack import blocks
from bot.ports import Desk

log = structlog.get_logger()

EVENT = "regpulse_delivery"
TIMEOUT = 20
"""Seconds one request may take."""

REMEMBERED = 2_000
"""Envelopes known by their ids: Slack sends one again that was not acknowledged in time."""

# docs.slack.dev/reference/methods/chat.postMessage, "Errors". What none of these names is tried again.
_REFUSALS = {
    "not_in_channel": "Invite the bot there: /invite @RegPulse",
    "channel_not_found": "The channel is gone, or private: invite the bot there, or unsubscribe.",
    "is_archived": "Unarchive the channel, or unsubscribe.",
    "restricted_action": "A workspace setting forbids posting there; ask a workspace admin.",
    "restricted_action_read_only_channel": "The channel is read-only; ask a workspace admin.",
    "restricted_action_thread_only_channel": "The channel takes threads only; subscribe another one.",
    "team_access_not_granted": "Install the app in that workspace.",
    "missing_scope": "Give the app the scope chat:write and install it again; see docs/slack.md.",
    "cannot_reply_to_message": "Subscribe another channel.",
    "user_is_bot": "Subscribe another channel.",
    "messages_tab_disabled": "Switch on the app's Messages tab; see docs/slack.md.",
}
_TOKEN_TROUBLE = {
    "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "no_permission", "org_login_required",
}  # fmt: skip
_BAD_BLOCKS = {
    "invalid_blocks",
    "invalid_blocks_format",
    "msg_blocks_too_long",
    "block_mismatch",
    "invalid_attachments",
}


class Slack:
    """Implements `ports.Platform`. Without an app token it posts and cannot be spoken to."""

    name = "slack"
    # About one message a second and channel (docs.slack.dev/apis/web-api/rate-limits); the workspace's own limit is
    # unpublished, and 5 a second was accepted.
    # Edits: chat.update takes 50 a minute (docs.slack.dev/apis/web-api/rate-limits, tier 3).
    pace = Pace(per_second=5, channel_gap=timedelta(seconds=1), edits_per_second=0.75)

    def __init__(
        self, bot_token: str, app_token: str, *, api_url: str = "https://slack.com/api/", command: str = "/regpulse"
    ) -> None:
        self.down = ""
        self._workspace = ""
        self._app_token = app_token
        self._command = command
        # No retry handlers: only the outbox sends again, or a message could be posted twice.
        self._client = AsyncWebClient(
            bot_token,
            base_url=api_url.rstrip("/") + "/",
            timeout=TIMEOUT,
            retry_handlers=[],
            trust_env_in_session=False,
        )
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._socket: SocketModeClient | None = None

    @property
    def heard(self) -> datetime | None:
        at = self._socket.last_ping_pong_time if self._socket else None
        return datetime.fromtimestamp(at, UTC) if at else None

    async def connect(self) -> None:
        """Raises PlatformDown when the bot token is refused; what else goes wrong shows when something is sent."""
        self.down = ""
        try:
            self._workspace = str((await self._client.auth_test()).get("url", ""))
        except SlackApiError as error:
            if _code(error) in _TOKEN_TROUBLE:
                raise PlatformDown(self._refused_token(_code(error))) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("slack cannot be reached", reason=type(error).__name__)

    def _refused_token(self, code: str) -> str:
        self.down = f"Slack refuses the bot token ({code}). Copy it anew from OAuth & Permissions into REGPULSE_SLACK_BOT_TOKEN."
        return self.down

    async def close(self) -> None:
        """Every request opens and closes a session of its own."""

    # Speaking

    async def send(self, delivery: Delivery, card: Card) -> Outcome:
        text, rich = blocks.message(card, self._address(delivery))
        outcome = await self._post(delivery, text, rich)
        if isinstance(outcome, str):
            log.warning("slack refused the blocks; sending plain text", delivery=delivery.id, reason=outcome)
            outcome = await self._post(delivery, blocks.plain(card), None)
        return (
            outcome if not isinstance(outcome, str) else Refused(outcome, "This is a fault of RegPulse; see its log.")
        )

    def _address(self, delivery: Delivery) -> str:
        """Where people read the message this one goes on from, in the form chat.getPermalink gives."""
        if not (self._workspace and delivery.follows):
            return ""
        return f"{self._workspace}archives/{delivery.channel.id}/p{delivery.follows.replace('.', '')}"

    async def _post(self, delivery: Delivery, text: str, rich: list[blocks.Block] | None) -> Outcome | str:
        """What came of it; the error's name when the blocks were refused."""
        try:
            posted = await self._client.chat_postMessage(
                channel=delivery.channel.id,
                text=text,
                blocks=rich,
                unfurl_links=False,
                unfurl_media=False,
                metadata=_metadata(delivery),
                thread_ts=_thread(delivery),
            )
        except SlackApiError as error:
            code = _code(error)
            return code if rich and code in _BAD_BLOCKS else self._outcome(error, code)
        except aiohttp.ClientConnectorError as error:
            return Later(f"Slack cannot be reached ({type(error).__name__})")
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            return Doubt(f"the connection to Slack broke while posting ({type(error).__name__})")
        return Sent(str(posted["ts"]))

    async def edit(self, delivery: Delivery, card: Card) -> Outcome:
        text, rich = blocks.message(card, self._address(delivery))
        outcome = await self._update(delivery, text, rich)
        if isinstance(outcome, str):  # so did the message when it was posted
            outcome = await self._update(delivery, blocks.plain(card), [])
        return Refused(outcome, "") if isinstance(outcome, str) else outcome

    async def _update(self, delivery: Delivery, text: str, rich: list[blocks.Block]) -> Outcome | str:
        """What came of it; the error's name when the blocks were refused. The message keeps its metadata."""
        try:
            await self._client.chat_update(channel=delivery.channel.id, ts=delivery.message, text=text, blocks=rich)
        except SlackApiError as error:
            code = _code(error)
            return code if rich and code in _BAD_BLOCKS else self._outcome(error, code)
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            return Later(f"Slack cannot be reached ({type(error).__name__})")
        return Sent(delivery.message)

    def _outcome(self, error: SlackApiError, code: str) -> Outcome:
        status, after = _status(error)
        if code in _TOKEN_TROUBLE:
            self._refused_token(code)
            return Later(f"the bot token is refused ({code})")
        if code in _REFUSALS:
            return Refused(f"Slack says {code}", _REFUSALS[code])
        if status == 429 or code in ("ratelimited", "rate_limited"):
            return Later("Slack asks us to slow down", after)
        if code in (
            "internal_error",
            "fatal_error",
        ):  # "some aspect of the operation" may have succeeded, says its page
            return Doubt(f"Slack is in trouble ({code})")
        if status >= 500 or code in ("service_unavailable", "request_timeout"):
            return Later(f"Slack is in trouble ({code or status})", after)
        return Refused(f"Slack says {code or status}", "See docs/slack.md, and RegPulse's log.")

    async def resolve(self, delivery: Delivery, card: Card) -> Outcome:
        """Looks for the delivery id in the channel's history since a minute before the attempt."""
        since = (delivery.attempted or delivery.created) - timedelta(minutes=1)
        try:
            history = await self._history(delivery, f"{since.timestamp():.6f}")
        except SlackApiError as error:
            code = _code(error)
            forbidden = code in (
                "missing_scope",
                "not_in_channel",
                "channel_not_found",
                "no_permission",
                "access_denied",
            )
            return Doubt(f"Slack does not let us read the channel's history ({code})", knowable=not forbidden)
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            return Doubt(f"Slack cannot be reached ({type(error).__name__})")
        for message in history.get("messages") or ():
            payload = (message.get("metadata") or {}).get("event_payload") or {}
            if payload.get("delivery") == delivery.id:
                return Sent(str(message["ts"]))
        return Later("was not posted", timedelta(0))

    async def _history(self, delivery: Delivery, oldest: str) -> Mapping[str, Any]:
        """A channel's history leaves out what stands in its threads."""
        channel, thread = delivery.channel.id, _thread(delivery)
        if thread:
            found = await self._client.conversations_replies(
                channel=channel, ts=thread, oldest=oldest, include_all_metadata=True, limit=200
            )
        else:
            found = await self._client.conversations_history(
                channel=channel, oldest=oldest, include_all_metadata=True, limit=200
            )
        return found.data if isinstance(found.data, dict) else {}

    # Being spoken to

    async def listen(self, desk: Desk) -> None:
        if not self._app_token:
            log.warning(
                "slack can be posted to but not spoken to", remedy="Set REGPULSE_SLACK_APP_TOKEN; see docs/slack.md."
            )
            await asyncio.Event().wait()
        await self._check_app_token()
        handler = AsyncSocketModeHandler(self._bolt(desk), self._app_token)
        self._socket = handler.client
        try:
            await handler.connect_async()  # type: ignore[no-untyped-call]
            await asyncio.Event().wait()
        finally:
            self._socket = None
            await handler.close_async()  # type: ignore[no-untyped-call]

    async def _check_app_token(self) -> None:
        try:
            await self._client.apps_connections_open(app_token=self._app_token)
        except SlackApiError as error:
            if _code(error) in _TOKEN_TROUBLE | {"not_allowed_token_type", "forbidden_team"}:
                raise PlatformDown(
                    f"Slack refuses the app-level token ({_code(error)}). "
                    "Make one with connections:write under Basic Information and set REGPULSE_SLACK_APP_TOKEN."
                ) from error
            raise

    def _bolt(self, desk: Desk) -> AsyncApp:
        app = AsyncApp(
            client=self._client,
            signing_secret="",  # Socket Mode signs nothing
            raise_error_for_unhandled_request=False,
        )
        app.command(self._command)(self._on_command(desk))
        app.action(re.compile(f"^{blocks.ACTION}"))(self._on_button(desk))
        app.event("app_mention")(self._on_message(desk))
        app.event("message")(self._on_message(desk))
        return app

    def _on_command(self, desk: Desk) -> Callable[..., Awaitable[None]]:
        async def command(ack: Any, body: Mapping[str, Any], respond: Any) -> None:
            await ack()
            if self._is_new(str(body.get("trigger_id", ""))):
                caller = _caller(body["team_id"], body["channel_id"], body["user_id"], body.get("user_name"))
                await self._respond(respond, await desk.answer(html.unescape(body.get("text") or ""), caller))

        return command

    def _on_button(self, desk: Desk) -> Callable[..., Awaitable[None]]:
        async def button(ack: Any, body: Mapping[str, Any], action: Mapping[str, Any], respond: Any) -> None:
            await ack()
            if self._is_new(str(body.get("trigger_id", ""))):
                user = body["user"]
                caller = _caller(body["team"]["id"], body["channel"]["id"], user["id"], user.get("name"))
                await self._respond(respond, await desk.answer(str(action.get("value", "")), caller))

        return button

    def _on_message(self, desk: Desk) -> Callable[..., Awaitable[None]]:
        """Mentions, and direct messages; slash commands do not work in threads, so a mention is answered in its thread."""

        async def message(event: Mapping[str, Any], body: Mapping[str, Any]) -> None:
            direct = event.get("channel_type") == "im"
            if event.get("bot_id") or event.get("subtype") or (event["type"] == "message" and not direct):
                return
            if not self._is_new(str(body.get("event_id", ""))):
                return
            line = html.unescape(re.sub(r"^\s*<@[^>]+>\s*", "", event.get("text") or ""))
            reply = await desk.answer(line, _caller(str(body["team_id"]), event["channel"], event["user"]))
            text, rich = blocks.answer(reply)
            thread = event.get("thread_ts") or (None if direct else event["ts"])
            await self._say(channel=event["channel"], thread_ts=thread, text=text, blocks=rich)

        return message

    async def _say(self, **message: Any) -> None:
        try:
            await self._client.chat_postMessage(unfurl_links=False, unfurl_media=False, **message)
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.warning("answer not delivered", platform=self.name, reason=str(error)[:200])

    async def _respond(self, respond: Any, reply: Reply) -> None:
        text, rich = blocks.answer(reply)
        try:
            await respond(
                text=text,
                blocks=rich,
                response_type="ephemeral" if reply.private else "in_channel",
                replace_original=False,
                unfurl_links=False,
                unfurl_media=False,
            )
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.warning("answer not delivered", platform=self.name, reason=str(error)[:200])

    def _is_new(self, key: str) -> bool:
        """Whether this envelope was not handled before; one without an id always is."""
        if not key:
            return True
        if key in self._seen:
            return False
        self._seen[key] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return True


def _thread(delivery: Delivery) -> str | None:
    """A correction stands under the message it corrects; every other message in the channel."""
    return delivery.follows or None if delivery.kind == "correction" else None


def _metadata(delivery: Delivery) -> dict[str, object]:
    return {"event_type": EVENT, "event_payload": {"delivery": delivery.id, "story": delivery.story}}


def _caller(team: str, channel: str, user: str, name: str | None = None) -> Caller:
    return Caller(Channel("slack", team, channel), user, rank="manager", name=name or "")


def _code(error: SlackApiError) -> str:
    data = getattr(error.response, "data", None)
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def _status(error: SlackApiError) -> tuple[int, timedelta | None]:
    """The HTTP status, and how long Slack asks to wait."""
    response: Any = error.response
    status = getattr(response, "status_code", None) or getattr(response, "status", 0)
    wait = (getattr(response, "headers", None) or {}).get("Retry-After", "")
    return int(status or 0), timedelta(seconds=int(wait)) if str(wait).isdigit() else None
