"""How long news takes to the Slack and Discord stand-ins: pushed by a hub, and found by a poll, while other feeds are polled.

    make bench-latency         (python -m bench.latency --feeds 1000 --pushes 40 --bulletins 10 --rounds 4 --hanging 2;
                                five minutes)

The whole program runs over real clients. All other feeds are asked at every look, so that a poll is always under way; some of
them take the question and say nothing until they are given up. The bulletins are asked every minute, give or take a tenth
(no publisher is asked more often than every five in earnest), and each publishes at a random moment in between.
News that is filed under an event told before edits that event's message; it is counted apart, by what the database says.
Exit code 1 when 95 of 100 pushes take more than 2 s to be at both, or an item that is polled comes later than its interval and
2 s. Seconds by the clock: on a machine that is busy with other things it fails for those.
"""

import asyncio
import logging
import random
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from aiohttp import web

from bench import asking
from bench.claims import Claim, told
from bench.measuring import machine
from bot import app
from bot.app import turning
from bot.core import rhythm
from bot.model import Feed
from tests.standins.discord import DiscordServer
from tests.standins.feeds import FeedServer, Item, rss
from tests.standins.hub import HubServer
from tests.standins.local import free_port
from tests.standins.slack import SlackServer
from tests.walks.world import BACKGROUND, DISCORD, SLACK, World

PLACES = (
    "Norway", "Chile", "Kenya", "Japan", "Canada", "Brazil", "India", "France", "Ghana", "Peru", "Spain", "Italy", "Poland",
    "Vietnam", "Mexico", "Egypt", "Turkey", "Greece", "Nigeria", "Iceland", "Finland", "Sweden", "Denmark", "Austria",
    "Portugal", "Ireland", "Estonia", "Latvia", "Ukraine", "Israel", "Jordan", "Thailand", "Malaysia", "Indonesia",
    "Singapore", "Australia", "Argentina", "Uruguay", "Colombia", "Morocco", "Lithuania", "Hungary", "Romania", "Bulgaria",
    "Croatia", "Slovenia", "Slovakia", "Czechia", "Belgium", "Luxembourg", "Switzerland", "Malta", "Cyprus", "Albania",
    "Serbia", "Georgia", "Armenia", "Kazakhstan", "Mongolia", "Nepal", "Bangladesh", "Pakistan", "Philippines", "Cambodia",
    "Fiji", "Samoa", "Bolivia", "Paraguay", "Ecuador", "Panama", "Guatemala", "Jamaica", "Cuba", "Haiti", "Senegal",
    "Tanzania", "Uganda", "Zambia", "Namibia", "Botswana",
)  # fmt: skip
"""One event each: two of one place may be taken for one, whose message is edited."""

WHAT = (
    "hiring", "policing", "credit scores", "medical devices", "political advertising", "school exams", "border checks",
    "insurance prices", "self-driving cars", "companion chatbots",
)  # fmt: skip
BODIES = ("Senate", "Cabinet", "Ministry", "Supreme court", "Privacy watchdog", "City council", "Agency", "Prosecutor")
DID = ("adopts", "delays", "strikes down", "proposes", "enforces", "repeals", "amends")

SOON = 2.0
"""Seconds."""

LONGEST = 20.0
"""Seconds after which a message is not waited for any more."""

PUSH_EVERY = 5.0
"""Seconds between two pushes, at most: at random, so that they meet every moment of the loops."""

EVERY = timedelta(minutes=1)


@dataclass
class Told:
    """Seconds, and how many were filed under an event told before."""

    waits: list[float] = field(default_factory=list)
    joined: int = 0


@dataclass
class Found:
    """Of each bulletin's news, the seconds until both stand-ins had its message."""

    late: list[float] = field(default_factory=list)
    """After publication and a whole interval, as its schedule said then; below zero where it was sooner."""
    due: list[float] = field(default_factory=list)
    """After the moment at which its poll was due."""
    asked: list[float] = field(default_factory=list)
    """After the poll that saw it was asked."""
    joined: int = 0


class Publisher(FeedServer):
    """Knows when each path was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.times: defaultdict[str, list[float]] = defaultdict(list)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.times[request.path].append(time.monotonic())
        return await super()._answer(request)


@dataclass
class Side:
    """The far sides, the program between them, and when a headline was first at both."""

    running: app.App
    own: Publisher
    hub: HubServer
    slack: SlackServer
    discord: DiscordServer
    chance: random.Random
    stories: set[int | None] = field(default_factory=set)
    arrived: dict[str, float] = field(default_factory=dict)

    async def watch(self) -> None:
        """Until cancelled."""
        places: tuple[Sequence[object], ...] = (self.slack.channel("C1").messages, self.discord.channel("200").messages)
        seen, texts = [0, 0], ["", ""]
        while True:
            for n, messages in enumerate(places):
                texts[n] += "".join(str(message) for message in messages[seen[n] :])
                seen[n] = len(messages)
            for title in [title for title, at in self.arrived.items() if not at]:
                if all(title in text for text in texts):
                    self.arrived[title] = time.monotonic()
            await asyncio.sleep(0.01)

    async def arrives(self, item: Item, until: float) -> float | None:
        """When; None for what was filed under an event told before. What never arrives counts as the longest wait."""
        self.arrived.setdefault(item.title, 0.0)
        while not (at := self.arrived[item.title]) and time.monotonic() < until:  # noqa: ASYNC110  # a stand-in
            await asyncio.sleep(0.01)
        known = await self.running.store.find(item.link)
        story = known[0][1] if known else None
        joined = not at and story in self.stories
        self.stories.add(story)
        return None if joined else at or until

    async def pushes(self, news: Iterator[Item], number: int) -> Told:
        found = Told()
        for _ in range(number):
            await asyncio.sleep(self.chance.uniform(0, PUSH_EVERY))
            item, begun = next(news), time.monotonic()
            await self.hub.sends(self.own.url("/gazette.xml"), rss("gazette", [item]))
            at = await self.arrives(item, begun + LONGEST)
            found.joined += at is None
            found.waits += [at - begun] if at is not None else []
        return found

    async def polls(self, name: str, news: Iterator[Item], rounds: int, found: Found) -> None:
        items: list[Item] = [*BULLETIN]
        for _ in range(rounds):
            memory = await self.running.store.memory(name)
            while memory is None or memory.next_poll is None or memory.polled_at is None:
                await asyncio.sleep(0.1)
                memory = await self.running.store.memory(name)
            interval = (memory.next_poll - memory.polled_at).total_seconds()
            due = time.monotonic() + (memory.next_poll - datetime.now(UTC)).total_seconds()
            await asyncio.sleep(self.chance.uniform(0, max(0.0, due - 0.2 - time.monotonic())))
            item, published = next(news), time.monotonic()
            items.insert(0, item)
            self.own.publishes(f"/{name}.xml", rss(name, items))
            at = await self.arrives(item, due + LONGEST)
            if at is None:
                found.joined += 1
                continue
            found.late.append(at - published - interval)
            found.due.append(at - due)
            asked = [moment for moment in self.own.times[f"/{name}.xml"] if published <= moment <= at]
            found.asked.append(at - (asked[0] if asked else due))


BULLETIN = tuple(
    Item(title, f"https://news.invalid/old/{n}", text, datetime.now(UTC) - timedelta(days=2))
    for n, (title, text) in enumerate(BACKGROUND)
)


def news() -> Iterator[Item]:
    """Each an event of its own, plainly about AI regulation, long enough that no article is fetched."""
    for n, place in enumerate(PLACES):
        what, body, did = WHAT[n % 10], BODIES[n // 2 % 8], DID[n % 7]
        title = f"{body} in {place} {did} rules on AI for {what}"
        text = f"The {body.lower()} in {place} {did} rules on artificial intelligence for {what}. " + (
            f"Companies in {place} that sell AI for {what} must register and publish risk assessments. " * 9
        )
        yield Item(title, f"https://news.invalid/{n}", text, datetime.now(UTC))


@asynccontextmanager
async def publishers(feeds: int) -> AsyncIterator[str]:
    """The other feeds' address; a process of its own."""
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.polling.publishers", str(feeds), "5", stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout  # noqa: S101
    try:
        yield f"127.0.0.1:{int(await server.stdout.readline())}"
    finally:
        server.terminate()
        await server.wait()


@asynccontextmanager
async def side(folder: Path, feeds: int, bulletins: int, hanging: int) -> AsyncIterator[Side]:
    """Running, with a hub that has granted, and every bulletin read once."""
    async with (
        publishers(feeds) as others,
        Publisher() as own,
        FeedServer() as mute,
        HubServer() as hub,
        SlackServer() as slack,
        DiscordServer() as discord,
    ):
        made, port = World(folder, own, slack, discord), free_port()
        made.environment |= {
            "REGPULSE_HTTP_ALLOW_PRIVATE": f"{own.address},{mute.address},{hub.address},{others}",
            "REGPULSE_HTTP_TIMEOUT_SECONDS": "20",
            "REGPULSE_WEBSUB_URL": f"http://127.0.0.1:{port}",
            "REGPULSE_WEBSUB_LISTEN": f"127.0.0.1:{port}",
            "REGPULSE_WEB_LISTEN": f"127.0.0.1:{free_port()}",
        }
        made.has_feed("gazette", BACKGROUND)
        links = f'<link xmlns="http://www.w3.org/2005/Atom" rel="hub" href="{hub.url}"/>'
        own.publishes("/gazette.xml", made.document("gazette").replace("<channel>", f"<channel>{links}"))
        asked = [Feed(str(n), f"http://{others}/{n}.xml", f"Feed {n}", poll_minutes=0) for n in range(feeds)]
        for n in range(hanging):
            mute.hangs(f"/{n}.xml")
            asked.append(Feed(f"mute-{n}", mute.url(f"/{n}.xml"), "Mute", poll_minutes=0))
        minutes = round(EVERY / timedelta(minutes=1))
        for name in named(bulletins):
            own.publishes(f"/{name}.xml", rss(name, BULLETIN))
            asked.append(Feed(name, own.url(f"/{name}.xml"), name, poll_minutes=minutes))
        for channel in (SLACK, DISCORD):
            await made.subscribes(channel)
        settings = made.config()
        settings = replace(settings, feeds=(*settings.feeds, *asked))
        async with app.assembled(settings, made.platforms(), alone=True) as running:
            work = asyncio.create_task(app.run(running))
            async with asyncio.timeout(180):
                await hub.changed.wait()
            own.is_broken("/gazette.xml", 503)  # no poll may be the one that tells
            one = Side(running, own, hub, slack, discord, random.Random(7))  # noqa: S311
            watching = asyncio.create_task(one.watch())
            yield one
            for task in (work, watching):
                task.cancel()
            await asyncio.gather(work, watching, return_exceptions=True)


def named(bulletins: int) -> tuple[str, ...]:
    return tuple(f"bulletin-{n}" for n in range(bulletins))


async def measured(
    folder: Path, feeds: int, pushes: int, bulletins: int, rounds: int, hanging: int
) -> tuple[Told, Found, float]:
    """And the share of a core that the program and the stand-ins took."""
    async with side(folder, feeds, bulletins, hanging) as one:
        found, items, begun, cpu = Found(), news(), time.monotonic(), time.process_time()
        async with asyncio.TaskGroup() as group:
            pushed = group.create_task(one.pushes(items, pushes))
            for name in named(bulletins):
                group.create_task(one.polls(name, items, rounds, found))
        return pushed.result(), found, (time.process_time() - cpu) / (time.monotonic() - begun)


def share(values: Sequence[float], part: int) -> float:
    """What so many of 100 stay within."""
    return sorted(values)[max(0, -(-len(values) * part // 100) - 1)]


def shown(values: Sequence[float]) -> str:
    if not values:
        return "none"
    return f"median {share(values, 50):6.2f} s, 95% {share(values, 95):6.2f} s, longest {max(values):6.2f} s"


def main() -> None:
    parser = asking.parser("latency", __doc__)
    for name, number, most, what in (
        ("feeds", 1_000, 10_000, "others, asked at every look"),
        ("pushes", 40, len(PLACES), "items that a hub pushes"),
        ("bulletins", 10, len(PLACES), "feeds asked every minute"),
        ("rounds", 4, len(PLACES), "items of each bulletin, a minute or so for each"),
        ("hanging", 2, 100, "feeds that take the question and say nothing"),
    ):
        parser.add_argument(f"--{name}", type=asking.whole(0, most), default=number, help=f"{what} ({number})")
    asked = parser.parse_args()
    if asked.pushes + asked.bulletins * asked.rounds > len(PLACES):
        parser.error(f"There are {len(PLACES)} events: ask for fewer pushes, or bulletins times rounds.")
    if not asked.pushes + asked.bulletins * asked.rounds:
        parser.error("Nothing is measured without a push or a bulletin with a round.")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    rhythm.LEAST, turning.LOOK_EVERY = EVERY, turning.LOOK_LEAST
    with TemporaryDirectory() as folder:
        pushed, found, busy = asyncio.run(measured(Path(folder), **vars(asked)))
    print(f"{machine()}; {asked.feeds:,} other feeds asked without a pause, {asked.hanging} of other hosts hang; "
          f"{busy:.0%} of a core")  # fmt: skip
    print(f"\nWebSub, {len(pushed.waits)} pushes; {pushed.joined} more joined an event told before")
    print(f"  after the push                              {shown(pushed.waits)}")
    print(f"\nPolls only, {len(found.late)} items, asked every minute; {found.joined} more joined an event told before")
    print(f"  after publication and the interval          {shown(found.late)}")
    print(f"  after the moment at which a poll was due    {shown(found.due)}")
    print(f"  after the poll that saw it was asked        {shown(found.asked)}")
    sys.exit(told(kept_to(pushed.waits, found.late)))


def kept_to(pushed: Sequence[float], late: Sequence[float]) -> Iterator[Claim]:
    at_95 = share(pushed, 95) if pushed else 0.0
    yield Claim(f"95 of 100 pushes are at both within {SOON:g} s", at_95 <= SOON if pushed else None, f"{at_95:.2f} s")
    over = sum(value > SOON for value in late)
    yield Claim(
        f"what is polled is there within its interval and {SOON:g} s",
        not over if late else None,
        f"{over} of {len(late)} later",
    )


if __name__ == "__main__":
    main()
