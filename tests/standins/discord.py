"""A Discord: REST and gateway on 127.0.0.1, strict about its limits, and misbehaving when told to."""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from aiohttp import WSMsgType, web

from tests.standins.local import LocalServer

GUILD = "100"
CHANNEL = "200"
BOT = "900"
APPLICATION = "901"
MANAGER = str((1 << 4) | (1 << 10) | (1 << 11))
"""Permissions: manage channels, view channel, send messages."""
MEMBER = str((1 << 10) | (1 << 11))


@dataclass
class Message:
    """A message as a person sees it; `str()` is all its text."""

    id: str
    channel: str
    body: Mapping[str, Any]
    ephemeral: bool = False
    edits: int = 0

    def __str__(self) -> str:
        parts = [self.body.get("content") or ""]
        for embed in self.body.get("embeds") or ():
            parts += [embed.get("title") or "", embed.get("description") or "", embed.get("url") or ""]
            parts.append((embed.get("footer") or {}).get("text") or "")
        return "\n".join(parts)

    @property
    def buttons(self) -> dict[str, dict[str, Any]]:
        """By label."""
        return {item["label"]: item for row in self.body.get("components") or () for item in row["components"]}


@dataclass
class Conversation:
    messages: list[Message] = field(default_factory=list)
    trouble: tuple[int, int, str] | None = None


class DiscordServer(LocalServer):
    """`async with DiscordServer() as discord`. `faults` lists what Discord would have refused; tests expect it empty."""

    def __init__(self) -> None:
        self.conversations: dict[str, Conversation] = {}
        self.faults: list[str] = []
        self.acknowledged: list[float] = []
        """Seconds each interaction waited for its first response."""
        self.commands: list[dict[str, Any]] = []
        self._nonces: dict[str, Message] = {}
        self._trouble: list[tuple[int, dict[str, str], Any] | str] = []
        self._token_refused = False
        self._history_forbidden = False
        self._rejecting_embeds = False
        self._refusing_edits = False
        self._socket: web.WebSocketResponse | None = None
        self._ready = asyncio.Event()
        self._started: dict[str, float] = {}
        self._answers: dict[str, asyncio.Queue[Message]] = {}
        self._number = 1_000_000

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/gateway", self._gateway), web.route("*", "/api/v10/{path:.*}", self._rest)]

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._socket:
            await self._socket.close()
        await super().__aexit__(kind, error, at)

    @property
    def api_url(self) -> str:
        return f"http://{self.address}/api/v10"

    @property
    def gateway_url(self) -> str:
        return f"ws://{self.address}/gateway"

    def channel(self, name: str) -> Conversation:
        return self.conversations.setdefault(name, Conversation())

    # Misbehaviour

    def rate_limits(self, times: int, retry_after: float) -> None:
        body = {"message": "You are being rate limited.", "retry_after": retry_after, "global": False}
        self._trouble += [(429, {"Via": "1.1 google", "Retry-After": str(retry_after)}, body)] * times

    def fails(self, status: int, times: int = 1) -> None:
        self._trouble += [(status, {}, {"message": "trouble", "code": 0})] * times

    def stores_then_drops(self) -> None:
        """The next message is stored, and its answer lost."""
        self._trouble.append("drop")

    def kicks_the_bot(self, channel: str) -> None:
        self.channel(channel).trouble = (403, 50001, "Missing Access")

    def deletes(self, channel: str) -> None:
        self.channel(channel).trouble = (404, 10003, "Unknown Channel")

    def revokes_token(self) -> None:
        self._token_refused = True

    def forbids_history(self) -> None:
        self._history_forbidden = True

    def forgets_nonces(self) -> None:
        """As Discord does after a few minutes."""
        self._nonces.clear()

    def rejects_embeds(self) -> None:
        self._rejecting_embeds = True

    def refuses_edits(self) -> None:
        self._refusing_edits = True

    # What a person does

    async def types(
        self, line: str, *, channel: str = CHANNEL, user: str = "7", permissions: str = MANAGER, guild: str = GUILD
    ) -> Message:
        """`/regpulse search eu ai act`: the subcommand and its one option; the answer the person sees."""
        await asyncio.wait_for(self._ready.wait(), 15)
        verb, _, words = line.removeprefix("/regpulse ").partition(" ")
        group = next(command for command in self.commands if command["name"] == "regpulse")
        subcommand = next(option for option in group["options"] if option["name"] == verb)
        options = [
            {"name": option["name"], "type": 3, "value": words} for option in subcommand.get("options", ()) if words
        ]
        data = {
            "id": "5", "name": "regpulse", "type": 1,
            "options": [{"name": verb, "type": 1, "options": options}],
        }  # fmt: skip
        return await self._interacts(2, data, channel, user, permissions, guild)

    async def presses(self, message: Message, label: str, *, user: str = "7", permissions: str = MANAGER) -> Message:
        """A button under a message."""
        data = {"component_type": 2, "custom_id": message.buttons[label]["custom_id"]}
        return await self._interacts(3, data, message.channel, user, permissions, GUILD, message=message)

    async def _interacts(
        self,
        kind: int,
        data: Mapping[str, Any],
        channel: str,
        user: str,
        permissions: str,
        guild: str,
        message: Message | None = None,
    ) -> Message:
        await asyncio.wait_for(self._ready.wait(), 15)
        assert self._socket
        number = self._next()
        member = {
            "user": _user(user), "roles": [], "permissions": permissions, "joined_at": "2025-01-01T00:00:00+00:00",
            "deaf": False, "mute": False, "flags": 0,
        }  # fmt: skip
        event: dict[str, Any] = {
            "id": number, "application_id": APPLICATION, "type": kind, "data": data, "channel_id": channel,
            "channel": {"id": channel, "type": 0, "name": "policy", "permissions": permissions}, "token": f"t{number}",
            "version": 1, "app_permissions": permissions, "locale": "en-US", "entitlements": [],
            "authorizing_integration_owners": {}, "context": 0, "attachment_size_limit": 1,
        }  # fmt: skip
        event |= {"guild_id": guild, "member": member} if guild else {"user": _user(user)}
        if message:
            event["message"] = self._public(message)
        self._answers[f"t{number}"] = asyncio.Queue()
        self._started[number] = time.monotonic()
        await self._dispatch("INTERACTION_CREATE", event)
        return await asyncio.wait_for(self._answers[f"t{number}"].get(), 15)

    # The gateway

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._socket, self._sequence = socket, 0
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": 40_000}, "s": None, "t": None})
        async for frame in socket:
            if frame.type == WSMsgType.TEXT:
                await self._hear(json.loads(frame.data))
        return socket

    async def _hear(self, frame: Mapping[str, Any]) -> None:
        assert self._socket
        if frame["op"] == 1:
            await self._socket.send_json({"op": 11, "d": None, "s": None, "t": None})
        elif frame["op"] == 2 and self._token_refused:
            await self._socket.close(code=4004, message=b"Authentication failed.")
        elif frame["op"] == 2:
            ready = {
                "v": 10, "user": _user(BOT, bot=True), "guilds": [{"id": GUILD, "unavailable": True}], "session_id": "s",
                "resume_gateway_url": self.gateway_url, "application": {"id": APPLICATION, "flags": 0},
            }  # fmt: skip
            await self._dispatch("READY", ready)
            await self._dispatch("GUILD_CREATE", _guild())
            self._ready.set()

    async def _dispatch(self, kind: str, data: Any) -> None:
        assert self._socket
        self._sequence += 1
        await self._socket.send_json({"op": 0, "d": data, "s": self._sequence, "t": kind})

    # REST

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        parts = request.match_info["path"].split("/")
        body: Any = await request.json() if request.can_read_body else None
        match (request.method, *parts):
            case (_, "interactions", number, token, "callback"):
                return self._callback(number, body)
            case ("POST", "webhooks", _, token):
                return self._follow_up(token, body)
            case _ if self._token_refused:
                return _json({"message": "401: Unauthorized", "code": 0}, 401)
            case ("GET", "users", "@me"):
                return _json(_user(BOT, bot=True))
            case ("GET", "oauth2", "applications", "@me"):
                return _json(_application())
            case ("PUT", "applications", _, "commands"):
                self.commands = [
                    command | {"id": "5", "application_id": APPLICATION, "version": "1"} for command in body
                ]
                return _json(self.commands)
            case ("POST", "channels", channel, "messages"):
                return self._post(request, channel, body)
            case ("PATCH", "channels", channel, "messages", number):
                return self._edit(channel, number, body)
            case ("GET", "channels", channel, "messages"):
                return self._history(channel, request.query)
            case _:
                self.faults.append(f"unknown route {request.method} {request.path}")
                return _json({"message": "404: Not Found", "code": 0}, 404)

    def _post(self, request: web.Request, channel: str, body: dict[str, Any]) -> web.StreamResponse:
        conversation = self.channel(channel)
        trouble = self._trouble.pop(0) if self._trouble else None
        if isinstance(trouble, tuple):
            status, headers, answer = trouble
            return _json(answer, status, headers)
        if conversation.trouble:
            status, code, text = conversation.trouble
            return _json({"message": text, "code": code}, status)
        if (body.get("embeds") and self._rejecting_embeds) or not self._check(body):
            return _json({"message": "Invalid Form Body", "code": 50035, "errors": {}}, 400)
        if reference := body.get("message_reference"):
            if self._history_forbidden:
                return _json(
                    {"message": "Cannot reply without permission to read message history", "code": 160002}, 403
                )
            gone = all(message.id != str(reference["message_id"]) for message in conversation.messages)
            if gone and reference.get("fail_if_not_exists", True):
                return _json({"message": "Unknown message", "code": 50035}, 400)
        known = self._nonces.get(str(body.get("nonce"))) if body.get("enforce_nonce") else None
        if known is None:
            known = Message(self._next(), channel, body)
            conversation.messages.append(known)
            self._nonces[str(body.get("nonce"))] = known
        if trouble == "drop":
            assert request.transport
            request.transport.abort()
        return _json(self._public(known))

    def _edit(self, channel: str, number: str, body: dict[str, Any]) -> web.StreamResponse:
        trouble = self._trouble.pop(0) if self._trouble else None
        if isinstance(trouble, tuple):
            status, headers, answer = trouble
            return _json(answer, status, headers)
        if self._refusing_edits:
            return _json({"message": "Cannot edit a message authored by another user", "code": 50005}, 403)
        found = next((one for one in self.channel(channel).messages if one.id == number), None)
        if found is None:
            return _json({"message": "Unknown Message", "code": 10008}, 404)
        if (body.get("embeds") and self._rejecting_embeds) or not self._check(body):
            return _json({"message": "Invalid Form Body", "code": 50035, "errors": {}}, 400)
        found.body = {**found.body, **body}
        found.edits += 1
        return _json(self._public(found))

    def _history(self, channel: str, query: Mapping[str, str]) -> web.Response:
        if self._history_forbidden:
            return _json({"message": "Missing Access", "code": 50001}, 403)
        after = int(query.get("after", 0))
        found = [self._public(message) for message in self.channel(channel).messages if int(message.id) > after]
        return _json(list(reversed(found[: int(query.get("limit", 50))])))

    def _callback(self, number: str, body: Mapping[str, Any]) -> web.Response:
        self.acknowledged.append(time.monotonic() - self._started[number])
        flags = (body.get("data") or {}).get("flags", 0)
        resource = {
            "interaction": {"id": number, "type": 2, "response_message_id": self._next(), "response_message_loading": True},
            "resource": {"type": body["type"], "message": self._public(Message(self._next(), CHANNEL, {"content": ""}))},
        }  # fmt: skip
        assert flags in (0, 64), "a deferred response may carry only EPHEMERAL"
        return _json(resource)

    def _follow_up(self, token: str, body: dict[str, Any]) -> web.Response:
        if not self._check(body):
            return _json({"message": "Invalid Form Body", "code": 50035, "errors": {}}, 400)
        message = Message(self._next(), CHANNEL, body, ephemeral=bool(body.get("flags", 0) & 64))
        self._answers[token].put_nowait(message)
        return _json(self._public(message))

    def _check(self, body: Mapping[str, Any]) -> bool:
        """The limits of message.mdx and components/reference.mdx."""
        before = len(self.faults)
        embeds, rows = body.get("embeds") or [], body.get("components") or []
        total = 0
        for embed in embeds:
            footer = (embed.get("footer") or {}).get("text", "")
            sizes = {"title": 256, "description": 4096}
            self.faults += [f"embed {key} too long" for key, most in sizes.items() if len(embed.get(key) or "") > most]
            self.faults += ["embed footer too long"] * (len(footer) > 2048)
            total += len(embed.get("title") or "") + len(embed.get("description") or "") + len(footer)
            if not (embed.get("title") or embed.get("description") or footer):
                self.faults.append("an empty embed")
        rules = {
            "content too long": len(body.get("content") or "") > 2000,
            "too many embeds": len(embeds) > 10,
            "embeds too long together": total > 6000,
            "empty message": not (body.get("content") or embeds),
            "too many rows": len(rows) > 5,
            "mentions not shut off": (body.get("allowed_mentions") or {}).get("parse") != [],
            "nonce too long": len(str(body.get("nonce") or "")) > 25,
        }
        self.faults += [rule for rule, broken in rules.items() if broken]
        for item in (item for row in rows for item in row["components"]):
            if not 1 <= len(item.get("custom_id", "")) <= 100 or not 1 <= len(item["label"]) <= 80:
                self.faults.append("a button's label or custom_id")
        return len(self.faults) == before

    def _public(self, message: Message) -> dict[str, Any]:
        return {
            "id": message.id, "channel_id": message.channel, "author": _user(BOT, bot=True), "type": 0,
            "content": message.body.get("content") or "", "embeds": message.body.get("embeds") or [],
            "components": message.body.get("components") or [], "attachments": [], "mentions": [], "mention_roles": [],
            "pinned": False, "mention_everyone": False, "tts": False, "timestamp": datetime.now(UTC).isoformat(),
            "edited_timestamp": None, "flags": 0,
        }  # fmt: skip

    def _next(self) -> str:
        """A snowflake of this moment (reference.mdx, "Snowflakes")."""
        self._number += 1
        return str(((int(time.time() * 1000) - 1_420_070_400_000) << 22) + self._number % 4096)


def _json(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    # The client parses a body only when its type is exactly this, without a charset.
    return web.Response(
        body=json.dumps(data), status=status, headers={"Content-Type": "application/json", **(headers or {})}
    )


def _user(number: str, *, bot: bool = False) -> dict[str, Any]:
    return {
        "id": number,
        "username": f"user{number}",
        "discriminator": "0",
        "avatar": None,
        "bot": bot,
        "global_name": None,
    }


def _application() -> dict[str, Any]:
    return {
        "id": APPLICATION, "name": "RegPulse", "icon": None, "description": "", "bot_public": True, "flags": 0,
        "bot_require_code_grant": False, "verify_key": "k", "owner": _user("1"), "summary": "", "team": None,
    }  # fmt: skip


def _guild() -> dict[str, Any]:
    return {
        "id": GUILD, "name": "Policy", "icon": None, "owner_id": "1", "roles": [], "emojis": [], "features": [],
        "channels": [{"id": CHANNEL, "type": 0, "name": "policy", "position": 0, "permission_overwrites": []}],
        "members": [], "member_count": 2, "threads": [], "stickers": [], "voice_states": [], "presences": [],
        "verification_level": 0, "default_message_notifications": 0, "explicit_content_filter": 0, "mfa_level": 0,
        "system_channel_id": None, "system_channel_flags": 0, "rules_channel_id": None, "premium_tier": 0,
        "preferred_locale": "en-US", "nsfw_level": 0, "premium_progress_bar_enabled": False, "afk_timeout": 60,
        "afk_channel_id": None, "application_id": None, "large": False, "unavailable": False, "stage_instances": [],
        "guild_scheduled_events": [], "soundboard_sounds": [], "public_updates_channel_id": None, "description": None,
        "splash": None, "discovery_splash": None, "banner": None, "vanity_url_code": None, "safety_alerts_channel_id": None,
        "joined_at": "2025-01-01T00:00:00+00:00", "max_members": 1, "lazy": False,
    }  # fmt: skip
