"""A Slack workspace: Web API and Socket Mode on 127.0.0.1, strict about Block Kit, and misbehaving when told to."""

import asyncio
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from aiohttp import WSMsgType, web
from slack_sdk.models.blocks import Block

from tests.standins.local import LocalServer

TEAM = "T1"
BOT = "U0BOT"


@dataclass
class Message:
    """A message as a person sees it; `str()` is all its text."""

    ts: str
    channel: str
    text: str
    blocks: list[dict[str, Any]]
    metadata: Mapping[str, Any]
    thread_ts: str = ""
    private_to: str = ""
    edits: int = 0

    def __str__(self) -> str:
        return "\n".join([self.text, *_texts(self.blocks)])

    @property
    def buttons(self) -> dict[str, dict[str, Any]]:
        """By label."""
        found = [e for block in self.blocks if block["type"] == "actions" for e in block["elements"]]
        return {element["text"]["text"]: element for element in found}


@dataclass
class Conversation:
    messages: list[Message] = field(default_factory=list)
    error: str = ""


class SlackServer(LocalServer):
    """`async with SlackServer() as slack`. `faults` lists what Slack would have refused; tests expect it empty."""

    def __init__(self) -> None:
        self.conversations: dict[str, Conversation] = {}
        self.faults: list[str] = []
        self.acknowledged: list[float] = []
        """Seconds each envelope waited for its acknowledgement."""
        self.answered = 0
        """Answers to slash commands and buttons."""
        self._trouble: list[web.Response | str] = []
        self._bot_token_error = ""
        self._app_token_error = ""
        self._history_error = ""
        self._rejecting_blocks = False
        self._edit_error = ""
        self._socket: web.WebSocketResponse | None = None
        self._connected = asyncio.Event()
        self._acks: dict[str, asyncio.Event] = {}
        self._answers: dict[str, asyncio.Queue[Message]] = {}
        self._number = 0

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/api/{method}", self._api),
            web.get("/socket", self._serve_socket),
            web.post("/respond/{key}", self._respond),
        ]

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._socket:
            await self._socket.close()
        await super().__aexit__(kind, error, at)

    @property
    def api_url(self) -> str:
        return f"http://{self.address}/api/"

    def channel(self, name: str) -> Conversation:
        return self.conversations.setdefault(name, Conversation())

    # Misbehaviour

    def rate_limits(self, times: int, retry_after: int) -> None:
        body = {"ok": False, "error": "ratelimited"}
        headers = {"Retry-After": str(retry_after)}
        self._trouble += [web.json_response(body, status=429, headers=headers) for _ in range(times)]

    def fails(self, status: int, times: int = 1) -> None:
        self._trouble += [web.Response(status=status, text="<html>trouble</html>", content_type="text/html")] * times

    def stores_then_drops(self) -> None:
        """The next message is stored, and its answer lost."""
        self._trouble.append("drop")

    def archives(self, channel: str) -> None:
        self.channel(channel).error = "is_archived"

    def kicks_the_bot(self, channel: str) -> None:
        self.channel(channel).error = "not_in_channel"

    def revokes_token(self) -> None:
        self._bot_token_error = "token_revoked"

    def refuses_app_token(self) -> None:
        self._app_token_error = "invalid_auth"

    def forbids_history(self) -> None:
        self._history_error = "missing_scope"

    def rejects_blocks(self) -> None:
        self._rejecting_blocks = True

    def refuses_edits(self, error: str = "edit_window_closed") -> None:
        self._edit_error = error

    # What a person does

    async def types(self, line: str, *, channel: str = "C1", user: str = "U1", redelivered: bool = False) -> Message:
        """A slash command, `/regpulse help`; the answer the person sees."""
        command, _, text = line.partition(" ")
        payload = {
            "command": command, "text": text, "team_id": TEAM, "channel_id": channel, "user_id": user, "token": "t",
            "trigger_id": self._next("trigger"),
        }  # fmt: skip
        return await self._envelope("slash_commands", payload, channel, redelivered=redelivered)

    async def presses(self, message: Message, label: str, *, user: str = "U1") -> Message:
        """A button under a message."""
        element = message.buttons[label]
        action = {"type": "button", "action_id": element["action_id"], "value": element["value"], "block_id": "b"}
        payload = {
            "type": "block_actions", "team": {"id": TEAM}, "user": {"id": user, "name": f"user {user}"},
            "channel": {"id": message.channel},
            "trigger_id": self._next("trigger"), "actions": [action | {"action_ts": "1"}], "container": {"type": "message"},
        }  # fmt: skip
        return await self._envelope("interactive", payload, message.channel)

    async def mentions(self, text: str, *, channel: str = "C1", user: str = "U1", direct: bool = False) -> Message:
        """`@RegPulse …` in a channel, or a direct message; the answer the person sees."""
        ts = self._timestamp()
        event: dict[str, Any] = {"user": user, "channel": channel, "ts": ts, "event_ts": ts}
        event |= (
            {"type": "message", "channel_type": "im", "text": text}
            if direct
            else {"type": "app_mention", "text": f"<@{BOT}> {text}"}
        )
        payload = {"type": "event_callback", "team_id": TEAM, "event_id": self._next("Ev"), "event": event}
        return await self._envelope("events_api", payload, channel)

    async def _envelope(
        self, kind: str, payload: dict[str, Any], channel: str, *, redelivered: bool = False
    ) -> Message:
        await asyncio.wait_for(self._connected.wait(), 15)
        assert self._socket
        key = self._next("answer")
        queue = self._answers[channel if kind == "events_api" else key] = asyncio.Queue()
        payload["response_url"] = f"http://{self.address}/respond/{key}?channel={channel}"
        for _ in range(2 if redelivered else 1):
            envelope = self._next("envelope")
            self._acks[envelope] = asyncio.Event()
            sent = time.monotonic()
            await self._socket.send_json(
                {"envelope_id": envelope, "type": kind, "payload": payload, "accepts_response_payload": True}
            )
            await asyncio.wait_for(self._acks[envelope].wait(), 10)
            self.acknowledged.append(time.monotonic() - sent)
        return await asyncio.wait_for(queue.get(), 15)

    # The far side

    async def _serve_socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._socket = socket
        await socket.send_json({"type": "hello", "num_connections": 1})
        self._connected.set()
        async for frame in socket:
            if frame.type == WSMsgType.TEXT and "envelope_id" in frame.data:
                self._acks[json.loads(frame.data)["envelope_id"]].set()
        return socket

    async def _respond(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.answered += 1
        message = self._message(request.query["channel"], body)
        message.private_to = "the person" if body.get("response_type") == "ephemeral" else ""
        self._check(body)
        self._answers[request.match_info["key"]].put_nowait(message)
        return web.Response(text="ok")

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        raw = await request.text()
        body = json.loads(raw) if raw.startswith("{") else {**request.query, **await request.post()}
        if method == "apps.connections.open":
            if self._app_token_error:
                return web.json_response({"ok": False, "error": self._app_token_error})
            return web.json_response({"ok": True, "url": f"ws://{self.address}/socket"})
        if self._bot_token_error:
            return web.json_response({"ok": False, "error": self._bot_token_error})
        handler = getattr(self, "_" + method.replace(".", "_"), None)
        if handler is None:
            return web.json_response({"ok": False, "error": "unknown_method"})
        answer: web.StreamResponse = await handler(request, body)
        return answer

    async def _auth_test(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        return web.json_response(
            {"ok": True, "team_id": TEAM, "user_id": BOT, "bot_id": "B1", "url": "https://x.slack.com/"}
        )

    async def _chat_postMessage(self, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:  # noqa: N802
        conversation = self.channel(body["channel"])
        trouble = self._trouble.pop(0) if self._trouble else None
        if isinstance(trouble, web.Response):
            return web.Response(status=trouble.status, body=trouble.body, headers=trouble.headers)
        if conversation.error:
            return web.json_response({"ok": False, "error": conversation.error})
        if body.get("blocks") and (self._rejecting_blocks or not self._check(body)):
            return web.json_response({"ok": False, "error": "invalid_blocks"})
        message = self._message(body["channel"], body)
        conversation.messages.append(message)
        if body["channel"] in self._answers:
            self._answers[body["channel"]].put_nowait(message)
        if trouble == "drop":
            assert request.transport
            request.transport.abort()
        return web.json_response({"ok": True, "ts": message.ts, "channel": body["channel"], "message": {}})

    async def _chat_update(self, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        trouble = self._trouble.pop(0) if self._trouble else None
        if isinstance(trouble, web.Response):
            return web.Response(status=trouble.status, body=trouble.body, headers=trouble.headers)
        if error := self._edit_error or self.channel(body["channel"]).error:
            return web.json_response({"ok": False, "error": error})
        found = [one for one in self.channel(body["channel"]).messages if one.ts == body["ts"]]
        if not found:
            return web.json_response({"ok": False, "error": "message_not_found"})
        new = self._message(body["channel"], body)
        if new.blocks and (self._rejecting_blocks or not self._check(body)):
            return web.json_response({"ok": False, "error": "invalid_blocks"})
        # "If you don't include this field, the message's previous metadata will be retained." (chat.update, metadata)
        found[0].text, found[0].blocks, found[0].metadata = new.text, new.blocks, new.metadata or found[0].metadata
        found[0].edits += 1
        return web.json_response({"ok": True, "ts": found[0].ts, "channel": body["channel"], "message": {}})

    async def _conversations_replies(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        """A thread: the message it hangs from, and what was said under it."""
        everything = self.channel(str(body["channel"])).messages
        found = [one for one in everything if body["ts"] in (one.ts, one.thread_ts)]
        shown = [{"ts": one.ts, "text": one.text, "metadata": one.metadata} for one in found]
        return web.json_response({"ok": True, "messages": shown})

    async def _conversations_history(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        if self._history_error:
            return web.json_response({"ok": False, "error": self._history_error})
        oldest = float(body.get("oldest", 0))
        found = [
            {"type": "message", "ts": message.ts, "text": message.text, "metadata": message.metadata}
            for message in reversed(self.channel(body["channel"]).messages)
            if float(message.ts) >= oldest and not message.thread_ts
        ]
        return web.json_response({"ok": True, "messages": found, "has_more": False})

    def _message(self, channel: str, body: Mapping[str, Any]) -> Message:
        rich, metadata = body.get("blocks") or [], body.get("metadata") or {}
        return Message(
            ts=self._timestamp(),
            channel=channel,
            text=body.get("text", ""),
            blocks=json.loads(rich) if isinstance(rich, str) else rich,
            metadata=json.loads(metadata) if isinstance(metadata, str) else metadata,
            thread_ts=body.get("thread_ts") or "",
        )

    def _check(self, body: Mapping[str, Any]) -> bool:
        """Block Kit's rules: slack_sdk's, and by hand what it does not check."""
        rich = body.get("blocks") or []
        rich = json.loads(rich) if isinstance(rich, str) else rich
        before = len(self.faults)
        if len(rich) > 50:
            self.faults.append(f"{len(rich)} blocks")
        ids = [block["block_id"] for block in rich if "block_id" in block]
        if len(ids) != len(set(ids)):
            self.faults.append("a block_id twice")
        if sum(map(len, _texts(rich))) > 13_000:
            self.faults.append("msg_blocks_too_long")
        if not body.get("text"):
            self.faults.append("no text for notifications and screen readers")
        self.faults += [
            f"an empty text in {block['type']}" for block in rich if any(not text for text in _texts([block]))
        ]
        for block in Block.parse_all(rich):
            try:
                block.validate_json()
            except Exception as error:
                self.faults.append(str(error))
        return len(self.faults) == before

    def _timestamp(self) -> str:
        self._number += 1
        return f"{time.time():.4f}{self._number % 100:02d}"

    def _next(self, prefix: str) -> str:
        self._number += 1
        return f"{prefix}{self._number}"


def _texts(value: Any) -> Iterator[str]:
    """Every text a person reads in these blocks."""
    if isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if (key == "text" and isinstance(inner, str)) or key == "url":
                yield inner
            elif isinstance(inner, dict | list):
                yield from _texts(inner)
