"""The far side of the soak: publishers, Slack and Discord behind doors of weather, and what each channel received."""

import asyncio
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiohttp import web

from bench.soak.news import WIRES, Story, aside
from bench.soak.weather import ON_FEEDS, Handler, Sky
from bot.model import Channel
from tests.standins.discord import DiscordServer
from tests.standins.discord.payloads import Place
from tests.standins.feeds import FeedServer, Item, rss
from tests.standins.slack import SlackServer

SHOWN = 60
"""Items a wire's document holds."""

CATALOGUE = 10_000
LOOK_EVERY = 0.1
_BILL = re.compile(r"Bill (1\d{4}|[2-9]\d{4})\b")


class SlackInWeather(SlackServer):
    def __init__(self, sky: Sky) -> None:
        super().__init__()
        self._sky = sky

    def routes(self) -> list[web.RouteDef]:
        return behind(super().routes(), "/api/", lambda handler: self._revoking(self._weathered(handler)))

    def _weathered(self, handler: Handler) -> Handler:
        def limited(seconds: float) -> web.Response:
            headers = {"Retry-After": str(int(seconds))}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)

        door = self._sky.platform("slack", handler, limited)

        async def answer(request: web.Request) -> web.StreamResponse:
            return await (handler if "oauth" in request.path else door)(request)

        return answer

    def _revoking(self, handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            team = self.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "), "")
            if self._sky.what(team, ("revoked",)):
                self._sky.counts("revoked")
                return web.json_response({"ok": False, "error": "token_revoked"})
            return await handler(request)

        return answer


class DiscordInWeather(DiscordServer):
    def __init__(self, sky: Sky) -> None:
        super().__init__()
        self._sky = sky
        self._transports: list[asyncio.BaseTransport] = []

    def routes(self) -> list[web.RouteDef]:
        return behind(behind(super().routes(), "/api/", self._weathered), "/gateway", self._noted)

    def hangs_up(self) -> None:
        """On the gateway, without a word."""
        for transport in self._transports:
            if isinstance(transport, asyncio.Transport):
                transport.abort()
        self._transports.clear()

    def _weathered(self, handler: Handler) -> Handler:
        def limited(seconds: float) -> web.Response:
            body = {"message": "You are being rate limited.", "retry_after": seconds, "global": False}
            headers = {"Via": "1.1 google", "Retry-After": str(int(seconds))}
            return web.json_response(body, status=429, headers=headers)

        return self._sky.platform("discord", handler, limited)

    def _noted(self, handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            if request.transport:
                self._transports.append(request.transport)
            return await handler(request)

        return answer


def behind(routes: Iterable[web.RouteDef], path: str, door: Callable[[Handler], Handler]) -> list[web.RouteDef]:
    """Those under this path have the door before them."""
    return [
        web.route(one.method, one.path, door(one.handler) if one.path.startswith(path) else one.handler, **one.kwargs)
        for one in routes
    ]


class Publishers(FeedServer):
    """The wires, a catalogue that now and then has ten thousand new items, and the articles."""

    def __init__(self, sky: Sky) -> None:
        super().__init__()
        self._sky = sky
        self._items: dict[str, list[Item]] = defaultdict(list)
        self._asides = 0
        self._unseen: dict[str, list[int]] = defaultdict(list)
        self.served: dict[int, float] = {}
        """By the number of a story, when its feed was first asked and answered with it."""

    @property
    def names(self) -> tuple[str, ...]:
        return *(f"wire{number}" for number in range(WIRES)), "catalogue"

    def routes(self) -> list[web.RouteDef]:
        return behind(super().routes(), "/", self._weathered)

    def opens(self) -> None:
        """With what was there before anybody listened."""
        long_ago = datetime.now(UTC) - timedelta(days=2)
        for name in self.names[:-1]:
            self._items[name] = [self._aside(long_ago) for _ in range(SHOWN)]
            self._serves(name)
        self.publishes("/catalogue.xml", rss("catalogue", [self._aside(long_ago) for _ in range(20)]))

    def tells(self, story: Story) -> None:
        """With an item that is beside the point before it."""
        now = datetime.now(UTC)
        known = self._items[story.wire]
        known[:0] = [story.item(self.address, now), self._aside(now)]
        del known[SHOWN:]
        self.publishes(story.path, story.page, "text/html")
        self._serves(story.wire)
        self._unseen[story.wire].append(story.number)

    def floods(self) -> None:
        """Ten thousand items that nobody saw before."""
        old = datetime.now(UTC) - timedelta(days=30)
        self.publishes("/catalogue.xml", rss("catalogue", [self._aside(old) for _ in range(CATALOGUE)]))

    def _serves(self, name: str) -> None:
        self.publishes(f"/{name}.xml", rss(name, self._items[name]))

    def _aside(self, when: datetime) -> Item:
        self._asides += 1
        return aside(self._asides, when)

    def _weathered(self, handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            where = (
                "articles" if request.path.startswith("/articles/") else request.path.strip("/").removesuffix(".xml")
            )
            is_well = self._sky.what(where, ON_FEEDS) is None
            answered = await self._sky.publisher(where, handler)(request)
            if is_well and answered.status == 200:
                self.served |= dict.fromkeys(self._unseen.pop(where, ()), time.time())
            return answered

        return answer


@dataclass
class Received:
    """By story and channel, when each message of it arrived."""

    slack: SlackServer
    discord: DiscordServer
    channels: tuple[Channel, ...]
    at: dict[tuple[int, str], list[float]] = field(default_factory=dict)
    strange: int = 0
    """Messages that tell of no story of ours."""
    _read: dict[str, int] = field(default_factory=dict)

    def look(self) -> None:
        now = time.time()
        for channel in self.channels:
            server = self.slack if channel.platform == "slack" else self.discord
            messages, read = server.channel(channel.id).messages, self._read.get(channel.id, 0)
            if len(messages) == read:
                continue
            for message in messages[read:]:
                found = _BILL.search(str(message))  # the headline's, which stands first
                if found:
                    self.at.setdefault((int(found[1]) - 10_000, channel.id), []).append(now)
                else:
                    self.strange += 1
            self._read[channel.id] = len(messages)

    async def keep_looking(self) -> None:
        while True:
            self.look()
            await asyncio.sleep(LOOK_EVERY)


def places(channels: Iterable[Channel]) -> list[Place]:
    return [Place(channel.id) for channel in channels if channel.platform == "discord"]
