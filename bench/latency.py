"""How long news takes: from a hub's push to the message at the Slack and Discord stand-ins, while other feeds are polled.

    python -m bench.latency [FEEDS] [PUSHES]      (at most 40 pushes)

The whole program runs over real clients. Turn follows turn without a pause, and each asks all other feeds, so that a poll
is always under way. Each push follows the message of the one before, so each waits a whole pause of the outbox: these are
the longest waits, not the average ones. A push that is filed under an event told before edits that event's message; such
pushes are counted apart, by what the database says.
"""

import asyncio
import logging
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from bot import app
from bot.model import Feed
from tests.edges.test_pages import free_port
from tests.standins.discord import DiscordServer
from tests.standins.feeds import FeedServer, Item, rss
from tests.standins.hub import HubServer
from tests.standins.slack import SlackServer
from tests.walks.world import BACKGROUND, DISCORD, SLACK, World

PLACES = (
    "Norway", "Chile", "Kenya", "Japan", "Canada", "Brazil", "India", "France", "Ghana", "Peru", "Spain", "Italy", "Poland",
    "Vietnam", "Mexico", "Egypt", "Turkey", "Greece", "Nigeria", "Iceland", "Finland", "Sweden", "Denmark", "Austria",
    "Portugal", "Ireland", "Estonia", "Latvia", "Ukraine", "Israel", "Jordan", "Thailand", "Malaysia", "Indonesia",
    "Singapore", "Australia", "Argentina", "Uruguay", "Colombia", "Morocco",
)  # fmt: skip
"""One event each: two of one place may be taken for one, whose message is edited."""

WHAT = (
    "hiring", "policing", "credit scores", "medical devices", "political advertising", "school exams", "border checks",
    "insurance prices", "self-driving cars", "companion chatbots",
)  # fmt: skip
BODIES = ("Senate", "Cabinet", "Ministry", "Supreme court", "Privacy watchdog", "City council", "Agency", "Prosecutor")
DID = ("adopts", "delays", "strikes down", "proposes", "enforces", "repeals", "amends")
LONGEST = 15.0


def news() -> Iterator[Item]:
    """Each an event of its own, plainly about AI regulation, long enough that no article is fetched."""
    for n, place in enumerate(PLACES):
        what, body, did = WHAT[n % 10], BODIES[n // 2 % 8], DID[n % 7]
        title = f"{body} in {place} {did} rules on AI for {what}"
        text = f"The {body.lower()} in {place} {did} rules on artificial intelligence for {what}. " + (
            f"Companies in {place} that sell AI for {what} must register and publish risk assessments. " * 9
        )
        yield Item(title, f"https://news.invalid/{n}", text, datetime.now(UTC))


async def measured(folder: Path, feeds: int, pushes: int) -> tuple[list[float], int]:
    """Seconds of each push until both stand-ins have its message; and how many were filed under an event told before."""
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.publishers", str(feeds), "5", stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout  # noqa: S101
    others = f"127.0.0.1:{int(await server.stdout.readline())}"
    try:
        async with FeedServer() as own, HubServer() as hub, SlackServer() as slack, DiscordServer() as discord:
            made = World(folder, own, slack, discord)
            port = free_port()
            made.environment |= {
                "REGPULSE_HTTP_ALLOW_PRIVATE": f"{own.address},{hub.address},{others}",
                "REGPULSE_WEBSUB_URL": f"http://127.0.0.1:{port}",
                "REGPULSE_WEBSUB_LISTEN": f"127.0.0.1:{port}",
                "REGPULSE_WEB_LISTEN": f"127.0.0.1:{free_port()}",
            }
            made.has_feed("gazette", BACKGROUND)
            links = f'<link xmlns="http://www.w3.org/2005/Atom" rel="hub" href="{hub.url}"/>'
            served = made.document("gazette").replace("<channel>", f"<channel>{links}")
            own.publishes("/gazette.xml", served)
            for channel in (SLACK, DISCORD):
                await made.subscribes(channel)
            extra = tuple(Feed(str(n), f"http://{others}/{n}.xml", f"Feed {n}", poll_minutes=0) for n in range(feeds))
            settings = made.config()
            settings = replace(settings, feeds=(*settings.feeds, *extra))
            async with app.assembled(settings, made.platforms(), alone=True) as running:
                work = asyncio.create_task(app.run(running))
                async with asyncio.timeout(180):
                    await hub.changed.wait()
                own.is_broken("/gazette.xml", 503)  # no poll may be the one that tells
                told: list[float] = []
                joined, stories = 0, set[int | None]()
                for item, _ in zip(news(), range(pushes), strict=False):
                    took = await _one(item, own, hub, slack, discord)
                    ((_, story),) = await running.store.find(item.link)
                    if took == LONGEST and story in stories:
                        joined += 1
                    else:
                        told.append(took)
                    stories.add(story)
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)
                return told, joined
    finally:
        server.terminate()
        await server.wait()


async def _one(item: Item, own: FeedServer, hub: HubServer, slack: SlackServer, discord: DiscordServer) -> float:
    begun = time.monotonic()
    await hub.sends(own.url("/gazette.xml"), rss("gazette", [item]))
    wanted = item.title
    while time.monotonic() - begun < LONGEST:
        if all(
            any(wanted in str(m) for m in place.messages[-3:])
            for place in (slack.channel("C1"), discord.channel("200"))
        ):
            return time.monotonic() - begun
        await asyncio.sleep(0.01)
    return LONGEST


def main() -> None:
    feeds, pushes = (int(value) for value in (*sys.argv[1:], *("1000", "40")[len(sys.argv) - 1 :]))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with TemporaryDirectory() as folder:
        app.TURN_EVERY = 0.0
        told, joined = asyncio.run(measured(Path(folder), feeds, pushes))
    found = sorted(told)
    half, most = (found[max(0, -(-len(found) * share // 100) - 1)] for share in (50, 95))
    print(f"{len(found)} pushes while {feeds:,} feeds are polled; {joined} more joined an event told before")
    print(f"median {half:.2f} s, 95% {most:.2f} s, longest {found[-1]:.2f} s")


if __name__ == "__main__":
    main()
