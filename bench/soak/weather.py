"""What goes wrong around the program while it soaks: a plan made from a seed, and doors that let it through."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

from bench.soak.news import TEAMS, WIRES

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
What = Literal[
    "rate limits", "server errors", "lost answers", "lost requests", "slow answers", "gateway hangs up", "feed errors",
    "feed hangs", "feed is garbage", "feed breaks off", "articles fail", "articles hang", "10,000 items", "revoked",
]  # fmt: skip

ON_PLATFORMS: tuple[What, ...] = ("rate limits", "server errors", "lost answers", "lost requests", "slow answers")
ON_FEEDS: tuple[What, ...] = ("feed errors", "feed hangs", "feed is garbage", "feed breaks off")
ON_ARTICLES: tuple[What, ...] = ("articles fail", "articles hang")
RARE: tuple[What, ...] = ("revoked", "10,000 items")
RARE_EVERY = 240.0
"""Seconds between two of those that take long to get over."""

BETWEEN = 6.0
"""Seconds from the end of one storm to the beginning of the next, on average."""

CALM_AT_FIRST = 20.0


@dataclass(frozen=True, slots=True)
class Storm:
    """`where` is a platform, a workspace or a feed."""

    at: float
    what: What
    where: str
    lasts: float


def plan(seed: int, seconds: float) -> tuple[Storm, ...]:
    """Every kind equally often, in an order of chance; those that take long beside them, each in its turn."""
    chance = random.Random(seed)  # noqa: S311  # the same weather each time
    return tuple(sorted((*_usual(chance, seconds), *_rare(chance, seconds)), key=lambda storm: storm.at))


def _usual(chance: random.Random, seconds: float) -> Iterable[Storm]:
    at, bag = CALM_AT_FIRST, list[tuple[What, str]]()
    while True:
        bag = bag or _bag(chance)
        what, where = bag.pop()
        storm = Storm(at, what, where, chance.uniform(2, 10))
        if storm.at + storm.lasts > seconds:
            return
        yield storm
        at += storm.lasts + chance.uniform(0, 2 * BETWEEN)


def _bag(chance: random.Random) -> list[tuple[What, str]]:
    kinds = [(what, where) for what in ON_PLATFORMS for where in ("slack", "discord")]
    kinds += [(what, f"wire{chance.randrange(WIRES)}") for what in ON_FEEDS]
    kinds += [(what, "articles") for what in ON_ARTICLES]
    kinds.append(("gateway hangs up", "discord"))
    chance.shuffle(kinds)
    return kinds


def _rare(chance: random.Random, seconds: float) -> Iterable[Storm]:
    for number, at in enumerate(range(45, int(seconds) - 60, int(RARE_EVERY / 2))):
        what = RARE[number % len(RARE)]
        where = chance.choice(TEAMS[1:]) if what == "revoked" else "catalogue"  # the first has the operators' channel
        yield Storm(at, what, where, 30.0 if what == "revoked" else 1.0)


@dataclass
class Sky:
    """What goes on now, and how often it met a request."""

    chance: random.Random
    now: list[Storm] = field(default_factory=list)
    met: dict[str, int] = field(default_factory=dict)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the last storm is over, so that nobody goes on hanging."""

    def what(self, where: str, among: Iterable[What]) -> What | None:
        """The newest that is to meet this request."""
        return next((storm.what for storm in reversed(self.now) if storm.where == where and storm.what in among), None)

    def counts(self, what: str) -> None:
        self.met[what] = self.met.get(what, 0) + 1

    def platform(self, name: str, handler: Handler, limited: Callable[[float], web.Response]) -> Handler:
        """A door before a platform's interface."""

        async def answer(request: web.Request) -> web.StreamResponse:
            what = self.what(name, ON_PLATFORMS)
            if what is None or self.chance.random() < 0.4:
                return await handler(request)
            self.counts(what)
            match what:
                case "rate limits":
                    return limited(self.chance.choice((1, 2, 5, 10)))
                case "server errors":
                    return web.Response(status=self.chance.choice((500, 502, 503)), text="<html>trouble</html>")
                case "lost requests":
                    return _cut(request, web.Response())
                case "lost answers":
                    return _cut(request, await handler(request))
                case _:
                    await asyncio.sleep(self.chance.uniform(0.5, 6))
                    return await handler(request)

        return answer

    def publisher(self, where: str, handler: Handler) -> Handler:
        """A door before a feed, or before all articles."""

        async def answer(request: web.Request) -> web.StreamResponse:
            what = self.what(where, (*ON_FEEDS, *ON_ARTICLES))
            if what is None:
                return await handler(request)
            self.counts(what)
            match what:
                case "feed hangs" | "articles hang":
                    await self.over.wait()
                    return web.Response(status=503)
                case "feed is garbage":
                    return web.Response(text="<!doctype html><title>Home</title><p>Welcome.", content_type="text/html")
                case "feed breaks off":
                    return web.Response(text='<?xml version="1.0"?><rss version="2.0"><channel><item><ti')
                case _:
                    return web.Response(status=self.chance.choice((500, 503, 429, 404)))

        return answer


def _cut(request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
    if request.transport:
        request.transport.abort()
    return answer
