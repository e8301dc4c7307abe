"""The server: Discord's REST and gateway, what it keeps, and how it misbehaves when told to."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from aiohttp import web

from tests.standins.discord import limits, payloads
from tests.standins.discord.gateway import GatewaySide
from tests.standins.discord.payloads import BOT, CHANNEL, GUILD, Place
from tests.standins.discord.people import Exchange, People
from tests.standins.discord.seen import Conversation, Message
from tests.standins.discord.wire import INVALID
from tests.standins.discord.wire import json_answer as _json
from tests.standins.local import LocalServer


class DiscordServer(GatewaySide, People, LocalServer):
    """`async with DiscordServer() as discord`. What Discord would have refused stands in `faults`, and ends the test."""

    def __init__(self) -> None:
        super().__init__()
        self.conversations: dict[str, Conversation] = {}
        self.places = {CHANNEL: Place(CHANNEL)}
        self.faults: list[str] = []
        self.acknowledged: list[float] = []
        """Seconds each interaction waited for its first response."""
        self.clock: Callable[[], float] = lambda: asyncio.get_running_loop().time()
        """What they are counted by."""
        self.commands: dict[str, list[dict[str, Any]]] = {}
        self.registrations: list[str] = []
        """The server each registration was for, "" for all."""
        self.crossposted: list[str] = []
        self.lookups: list[str] = []
        """Channels looked up, one by one."""
        self.exchanges: dict[str, Exchange] = {}
        self.ready = asyncio.Event()
        self._nonces: dict[str, Message] = {}
        self._trouble: list[tuple[int, dict[str, str], Any] | str] = []
        self._interaction_trouble: list[tuple[int, int, str]] = []
        self._history_forbidden = False
        self._rejecting_embeds = False
        self._refusing_edits = False
        self._refusing_crossposts = False
        self._shut_out = False
        self._losing_acknowledgements = 0
        self._limited: dict[str, float] = {}
        self._hanging: set[str] = set()
        self._down = 0
        self._answering = asyncio.Event()
        self.asked: list[str] = []
        """The channel of each post, answered or not."""
        self._number = 1_000_000

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/gateway", self._gateway), web.route("*", "/api/v10/{path:.*}", self._rest)]

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.closes_sockets()
        await super().__aexit__(kind, error, at)
        assert error or not self.faults, self.faults

    @property
    def api_url(self) -> str:
        return f"http://{self.address}/api/v10"

    def channel(self, name: str) -> Conversation:
        return self.conversations.setdefault(name, Conversation())

    def direct(self, user: str) -> Conversation:
        """The person's direct messages with the bot."""
        return self.channel(_direct(user))

    def posts(self, forum: str) -> list[Place]:
        return [place for place in self.places.values() if place.parent == forum]

    # What there is

    def has(self, *places: Place) -> None:
        self.places |= {place.id: place for place in places}

    # Misbehaviour

    def rate_limits(self, times: int, retry_after: float | None, *, everywhere: bool = False) -> None:
        """Without a time to wait it is not Discord that answers, but what stands before it."""
        if retry_after is None:
            self._trouble += [(429, {"Content-Type": "text/html"}, "<html>slow down</html>")] * times
            return
        body = {"message": "You are being rate limited.", "retry_after": retry_after, "global": everywhere}
        headers = {"Via": "1.1 google", "Retry-After": str(retry_after)}
        self._trouble += [(429, headers | ({"X-RateLimit-Global": "true"} if everywhere else {}), body)] * times

    def rate_limits_in(self, *channels: str, retry_after: float) -> None:
        for channel in channels:
            self._limited[channel] = retry_after

    def is_down(self, status: int) -> None:
        """Whatever it is asked, it answers with this error; 0 when it is over."""
        self._down = status

    def hangs(self, *channels: str) -> None:
        """Messages there are taken only with `answers_again`."""
        self._hanging = set(channels)
        self._answering.clear()

    def stores_then_fails(self, status: int) -> None:
        """The next message is stored, and a server on the way back answers with an error."""
        self._trouble.append(f"stored {status}")

    def drops(self) -> None:
        """The connection of the next message, before it is stored."""
        self._trouble.append("lost")

    def stores_and_is_slow(self) -> None:
        """The next message is stored, and its answer comes only with `answers_again`."""
        self._trouble.append("slow")
        self._answering.clear()

    def answers_again(self) -> None:
        self._answering.set()

    def fails(self, status: int, times: int = 1) -> None:
        self._trouble += [(status, {}, {"message": "trouble", "code": 0})] * times

    def stores_then_drops(self) -> None:
        """The next message is stored, and its answer lost."""
        self._trouble.append("drop")

    def kicks_the_bot(self, channel: str) -> None:
        self.channel(channel).trouble = (403, 50001, "Missing Access")

    def deletes(self, channel: str) -> None:
        self.channel(channel).trouble = (404, 10003, "Unknown Channel")

    def lets_in_again(self, channel: str) -> None:
        """Unarchived, invited again, given the right; nothing is said of it."""
        self.channel(channel).trouble = None

    async def invites_again(self) -> None:
        """The bot, to its server, where all channels are open to it again."""
        for conversation in self.conversations.values():
            conversation.trouble = None
        await self.dispatch("GUILD_DELETE", {"id": GUILD})
        await self.dispatch("GUILD_CREATE", payloads.guild(self.places))

    async def takes_history(self, channel: str) -> None:
        """The right to read it there, from a bot that had it."""
        place = self.places[channel]
        place.denied |= payloads.HISTORY
        await self.dispatch("CHANNEL_UPDATE", place.payload())

    async def gives_the_right_in(self, channel: str) -> None:
        """To the bot, by a change of the channel's permissions."""
        self.channel(channel).trouble = None
        place = self.places[channel]
        await self.dispatch("CHANNEL_UPDATE", replace(place, denied=place.denied | 1 << 13).payload())

    def locks(self, channel: str) -> None:
        self.channel(channel).trouble = (403, 160005, "Thread is locked")

    def revokes_token(self) -> None:
        self._token_refused = True

    def takes_token_again(self) -> None:
        self._token_refused = False

    def forbids_history(self) -> None:
        """It is answered with no messages (discord.com: Get Channel Messages)."""
        self._history_forbidden = True
        for place in self.places.values():
            place.denied |= payloads.HISTORY

    def forgets_nonces(self) -> None:
        """As Discord does after a few minutes."""
        self._nonces.clear()

    def rejects_embeds(self) -> None:
        self._rejecting_embeds = True

    def refuses_edits(self) -> None:
        self._refusing_edits = True

    def refuses_crossposts(self) -> None:
        """As after ten in an hour."""
        self._refusing_crossposts = True

    def expires_the_next(self) -> None:
        """The next first response comes too late."""
        self._interaction_trouble.append((404, 10062, "Unknown interaction"))

    def loses_the_acknowledgement(self) -> None:
        """The next first response is taken, and Discord's answer to it lost."""
        self._losing_acknowledgements += 1

    def shuts_out_direct_messages(self) -> None:
        self._shut_out = True

    def loses_the_token(self) -> None:
        """The next follow-up comes after fifteen minutes."""
        self._trouble.append((401, {}, {"message": "Invalid Webhook Token", "code": 50027}))

    # REST

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        parts = request.match_info["path"].split("/")
        body: Any = await request.json() if request.can_read_body else None
        if self._down:
            return _json({"message": "trouble", "code": 0}, self._down)
        match (request.method, *parts):
            case ("POST", "interactions", _, token, "callback"):
                return self._callback(request, token, body)
            case ("POST", "webhooks", _, token):
                return self._follow_up(token, body)
            case ("DELETE", "webhooks", _, token, "messages", "@original"):
                self.exchanges[token].loading = False
                return web.Response(status=204)
            case _ if self._token_refused:
                return _json({"message": "401: Unauthorized", "code": 0}, 401)
            case ("GET", "users", "@me"):
                return _json(payloads.user(BOT, bot=True))
            case ("POST", "users", "@me", "channels") if self._shut_out:
                return _json({"message": "Cannot send messages to this user", "code": 50007}, 403)
            case ("POST", "users", "@me", "channels"):
                return _json(Place(_direct(str(body["recipient_id"])), payloads.DIRECT).payload())
            case ("GET", "oauth2", "applications", "@me"):
                return _json(payloads.application())
            case (method, "applications", _, "commands"):
                return self._commands(method, "", body)
            case (method, "applications", _, "guilds", guild, "commands"):
                return self._commands(method, guild, body)
            case ("GET", "guilds", guild, *rest) if guild == GUILD:
                return self._guild(rest)
            case (method, "channels", channel, *rest):
                return await self._channel(request, method, channel, rest, body)
            case _:
                return self._unknown(request)

    def _unknown(self, request: web.Request) -> web.Response:
        if not request.path.startswith("/api/v10/guilds/"):
            self.faults.append(f"unknown route {request.method} {request.path}")
        return _json({"message": "404: Not Found", "code": 0}, 404)

    def _commands(self, method: str, guild: str, body: list[dict[str, Any]] | None) -> web.Response:
        if method == "PUT":
            if not self.check(limits.commands(body or ())):
                return _json(INVALID, 400)
            self.registrations.append(guild)
            self.commands[guild] = [payloads.as_registered(command) for command in body or ()]
        return _json(self.commands.get(guild, []))

    def _guild(self, rest: list[str]) -> web.Response:
        match rest:
            case []:
                return _json(payloads.guild(self.places))
            case ["members", number]:
                return _json(payloads.member(number, "0", (payloads.BOT_ROLE,)))
            case ["channels"]:
                return _json(payloads.guild(self.places)["channels"])
            case _:
                return _json(self._threads(archived=False))

    def _threads(self, *, archived: bool, forum: str = "") -> dict[str, Any]:
        posts = [place for place in self.places.values() if place.kind == payloads.THREAD]
        found = [place for place in posts if place.archived == archived and forum in ("", place.parent)]
        return {"threads": [place.payload() for place in found], "members": [], "has_more": False}

    async def _channel(
        self, request: web.Request, method: str, channel: str, rest: list[str], body: dict[str, Any]
    ) -> web.StreamResponse:
        match (method, *rest):
            case ("GET",):
                self.lookups.append(channel)
                if trouble := self.channel(channel).trouble:
                    return _json({"message": trouble[2], "code": trouble[1]}, trouble[0])
                return _json((self.places.get(channel) or Place(channel)).payload())
            case ("POST", "messages"):
                return await self._post(request, channel, body)
            case ("POST", "threads"):
                return self._open_post(request, channel, body)
            case ("PATCH", "messages", number):
                return self._edit(channel, number, body)
            case ("POST", "messages", number, "crosspost"):
                return self._crosspost(channel, number)
            case ("GET", "messages"):
                return self._history(channel, request.query)
            case ("GET", "messages", number):
                found = next((one for one in self.channel(channel).messages if one.id == number), None)
                return _json(self.public(found)) if found else _json({"message": "Unknown Message", "code": 10008}, 404)
            case ("GET", "threads", "archived", "public"):
                return _json(self._threads(archived=True, forum=channel))
            case _:
                return self._unknown(request)

    async def _post(self, request: web.Request, channel: str, body: dict[str, Any]) -> web.StreamResponse:
        conversation = self.channel(channel)
        self.asked.append(channel)
        if channel in self._hanging:
            await self._answering.wait()
        trouble = self._trouble.pop(0) if self._trouble else None
        if channel in self._limited:
            wait = self._limited[channel]
            trouble = 429, {"Via": "1.1 google", "Retry-After": str(wait)}, {"retry_after": wait, "global": False}
        if isinstance(trouble, tuple):
            status, headers, answer = trouble
            return _json(answer, status, headers)
        if conversation.trouble:
            status, code, text = conversation.trouble
            return _json({"message": text, "code": code}, status)
        if self.places.get(channel, Place(channel)).kind == payloads.FORUM:
            self.faults.append("a forum takes no message, only posts")
        if trouble == "lost":
            return self._unless_dropped(request, "drop", {})
        if (body.get("embeds") and self._rejecting_embeds) or not self.check(limits.message(body)):
            return _json(INVALID, 400)
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
            known = Message(self.next(), channel, body)
            self.keeps(known)
            self._nonces[str(body.get("nonce"))] = known
        if trouble == "slow":
            await self._answering.wait()
        if trouble and trouble.startswith("stored "):
            return _json({"message": "trouble", "code": 0}, int(trouble.split()[1]))
        return self._unless_dropped(request, trouble, self.public(known))

    def _open_post(self, request: web.Request, channel: str, body: dict[str, Any]) -> web.StreamResponse:
        trouble = self._trouble.pop(0) if self._trouble else None
        if isinstance(trouble, tuple):
            status, headers, answer = trouble
            return _json(answer, status, headers)
        forum = self.places[channel]
        if forum.requires_tag and not body.get("applied_tags"):
            return _json({"message": "A tag is required to create a forum post in this channel", "code": 40067}, 400)
        if not set(body.get("applied_tags") or ()) <= set(forum.tag_ids):
            return _json({"message": "Unknown Tag", "code": 10087}, 400)
        if (body["message"].get("embeds") and self._rejecting_embeds) or not self.check(limits.post(body)):
            return _json(INVALID, 400)
        number = self.next()
        applied = [str(tag) for tag in body.get("applied_tags") or ()]
        post = Place(number, payloads.THREAD, str(body["name"]), parent=channel, applied=applied)
        self.places[number] = post
        message = Message(number, number, body["message"])
        self.keeps(message)
        return self._unless_dropped(request, trouble, post.payload() | {"message": self.public(message)})

    def _unless_dropped(self, request: web.Request, trouble: str | None, answer: object) -> web.Response:
        if trouble == "drop":
            assert request.transport
            request.transport.abort()
        return _json(answer)

    def _edit(self, channel: str, number: str, body: dict[str, Any]) -> web.StreamResponse:
        trouble = self._trouble.pop(0) if self._trouble else None
        if isinstance(trouble, tuple):
            status, headers, answer = trouble
            return _json(answer, status, headers)
        if closed := self.channel(channel).trouble:
            return _json({"message": closed[2], "code": closed[1]}, closed[0])
        if self._refusing_edits:
            return _json({"message": "Cannot edit a message authored by another user", "code": 50005}, 403)
        found = next((one for one in self.channel(channel).messages if one.id == number), None)
        if found is None:
            return _json({"message": "Unknown Message", "code": 10008}, 404)
        if (body.get("embeds") and self._rejecting_embeds) or not self.check(limits.message(body)):
            return _json(INVALID, 400)
        found.body = {**found.body, **body}
        found.edits += 1
        return _json(self.public(found))

    def _crosspost(self, channel: str, number: str) -> web.Response:
        if self.places[channel].kind != payloads.ANNOUNCEMENT:
            self.faults.append("only messages of an announcement channel are passed on")
        if self._refusing_crossposts:
            body = {"message": "You are being rate limited.", "retry_after": 3_000.0, "global": False}
            return _json(body, 429, {"Via": "1.1 google", "Retry-After": "3000"})
        self.crossposted.append(number)
        return _json(self.public(next(one for one in self.channel(channel).messages if one.id == number)))

    def _history(self, channel: str, query: Mapping[str, str]) -> web.Response:
        if trouble := self.channel(channel).trouble:
            return _json({"message": trouble[2], "code": trouble[1]}, trouble[0])
        if self._history_forbidden:
            return _json([])
        after = int(query.get("after", 0))
        found = [self.public(message) for message in self.channel(channel).messages if int(message.id) > after]
        return _json(list(reversed(found[: int(query.get("limit", 50))])))

    # Interactions

    def _callback(self, request: web.Request, token: str, body: Mapping[str, Any]) -> web.Response:
        exchange = self.exchanges[token]
        self.acknowledged.append(self.clock() - exchange.started)
        if self._interaction_trouble:
            status, code, text = self._interaction_trouble.pop(0)
            exchange.shown.put_nowait(None)
            return _json({"message": text, "code": code}, status)
        if exchange.answered:
            return _json({"message": "Interaction has already been acknowledged.", "code": 40060}, 400)
        if wrong := self.respond(exchange, body):
            return _json({"message": wrong, "code": 50035}, 400)
        if self._losing_acknowledgements:
            self._losing_acknowledgements -= 1
            assert request.transport
            request.transport.abort()
        number = self.next()
        shown = Message(number, exchange.channel, {"content": ""})
        return _json({
            "interaction": {"id": exchange.number, "type": exchange.kind, "response_message_id": number},
            "resource": {"type": body["type"], **({"message": self.public(shown)} if body["type"] in (4, 5) else {})},
        })  # fmt: skip

    def _follow_up(self, token: str, body: dict[str, Any]) -> web.Response:
        exchange = self.exchanges[token]
        trouble = self._trouble.pop(0) if self._trouble else None
        if isinstance(trouble, tuple):
            return _json(trouble[2], trouble[0], trouble[1])
        if not exchange.answered:
            return _json({"message": "Unknown Webhook", "code": 10015}, 404)
        if not self.check(limits.message(body)):
            return _json(INVALID, 400)
        return _json(self.public(self.show(exchange, body)))

    # What it keeps

    def keeps(self, message: Message) -> None:
        conversation = self.channel(message.channel)
        conversation.messages.append(message)
        conversation.arrived.set()

    def public(self, message: Message) -> dict[str, Any]:
        return {
            "id": message.id, "channel_id": message.channel, "author": payloads.user(BOT, bot=True), "type": 0,
            "content": message.body.get("content") or "", "embeds": message.body.get("embeds") or [],
            "components": message.body.get("components") or [], "attachments": [], "mentions": [], "mention_roles": [],
            "pinned": False, "mention_everyone": False, "tts": False, "timestamp": datetime.now(UTC).isoformat(),
            "edited_timestamp": None, "flags": 0,
        }  # fmt: skip

    def next(self) -> str:
        """A snowflake of this moment (reference.mdx, "Snowflakes")."""
        self._number += 1
        return str(((int(time.time() * 1000) - 1_420_070_400_000) << 22) + self._number % 4096)


def _direct(user: str) -> str:
    return str(70_000 + int(user))
