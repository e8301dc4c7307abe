"""The demo: real feeds of three kinds, invented news, and the whole program told by them."""

import asyncio
import os
import re
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from bot import app, config
from bot.core import formats
from bot.demo.demo import DemoFeeds
from bot.demo.news import NEW, OLD
from bot.model import Entry, Page
from bot.platforms.terminal.adapter import Terminal
from tests.standins.local import free_port
from tests.walks.world import CONFIG

TOLD = {
    "chatbot-investigation": "Demo Authority",
    "frontier-bill": "Parliament of Demoland",
    "copyright-ruling": "The Demo Courier",
    "hiring-rules": "Demo Authority",
    "marco-ia": "Diário Demo",
}
"""The events about AI regulation, by the page that tells them first, and whose it is."""


async def fetched(address: str) -> Page:
    async with aiohttp.ClientSession() as browser, browser.get(address) as answer:
        assert answer.status == 200, address
        return Page(await answer.read(), answer.headers["Content-Type"], address)


async def heard(demo: DemoFeeds) -> list[Entry]:
    entries: list[Entry] = []
    for feed in demo.feeds:
        page = await fetched(feed.url)
        entries += formats.entries(feed, page.body, page.content_type, page.url, datetime.now(UTC))
    return entries


async def test_the_demo_speaks_every_kind_of_feed_and_all_of_them_are_read() -> None:
    async with DemoFeeds() as demo:
        demo.publish()
        starts = {feed.kind: (await fetched(feed.url)).body.decode()[:60] for feed in demo.feeds}
        assert "<rss " in starts["rss"]
        assert "<feed " in starts["atom"]
        assert "jsonfeed.org" in starts["json"]
        entries = await heard(demo)
    assert {(entry.title, entry.text) for entry in entries} >= {(piece.title, piece.summary) for piece in NEW}
    assert len(entries) == len(NEW) + len(OLD)


async def test_news_appears_when_it_is_published_and_is_fresh() -> None:
    async with DemoFeeds() as demo:
        before = await heard(demo)
        demo.publish()
        after = await heard(demo)
        demo.quiet()
        assert {entry.key for entry in await heard(demo)} == {entry.key for entry in before}
    fresh = [entry for entry in after if entry.key not in {entry.key for entry in before}]
    assert len(fresh) == len(NEW)
    now = datetime.now(UTC)
    assert all(now - timedelta(hours=2) < entry.when < now for entry in fresh)
    assert all(entry.when < now - timedelta(days=1) for entry in before)


async def test_every_item_has_a_page_that_says_it_is_invented() -> None:
    async with DemoFeeds() as demo:
        demo.publish()
        for entry in await heard(demo):
            page = await fetched(entry.link)
            assert "is invented" in page.body.decode()
            assert "{" not in page.body.decode()


async def test_dates_in_the_articles_lie_ahead_of_the_day_they_are_served() -> None:
    served = datetime(2031, 3, 4, 0, 5, tzinfo=UTC)
    article = next(piece for piece in NEW if piece.slug == "frontier-bill").dated(served).article
    assert "on Monday by 31 votes" in article
    assert "first hearing on 18 March 2031" in article


async def test_the_baseline_is_silent_and_then_each_event_is_told_once_with_three_points(tmp_path: Path) -> None:
    settings = config.load(CONFIG, environment={}, feeds=CONFIG / "feeds.toml", db=tmp_path / "demo.db")
    async with DemoFeeds() as demo:
        offline = config.without_platforms(
            settings, feeds=demo.feeds, db=tmp_path / "demo.db", allow_private=(demo.address,)
        )
        async with app.assembled(offline, (Terminal(quiet=True),), alone=True) as running:
            baseline, sent = await app.once(running, everything=True)
            assert (baseline.polled, baseline.failed, sent) == (4, 0, ())
            demo.publish()
            _, sent = await app.once(running, everything=True)
            assert (await app.once(running, everything=True))[1] == ()
    briefs = {brief.link.rpartition("/")[2]: brief for _, brief in sent}
    assert {slug: brief.sources[0].outlet for slug, brief in briefs.items()} == TOLD
    assert len(sent) == len(TOLD)
    assert all(len(brief.takeaways) == 3 for brief in briefs.values()), briefs
    assert [source.outlet for source in briefs["chatbot-investigation"].sources] == [
        "Demo Authority",
        "The Demo Courier",
    ]
    assert all(claim.evidence for brief in briefs.values() for claim in (*brief.dek, *brief.takeaways, *brief.watch))


@pytest.fixture
async def program(tmp_path: Path) -> asyncio.subprocess.Process:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REGPULSE_")}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-m", "bot", "demo", "--config", str(CONFIG),
        cwd=CONFIG.parent, env=environment | {"REGPULSE_WEB_LISTEN": f"127.0.0.1:{free_port()}"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def test_the_command_shows_the_alerts_here_and_on_the_page_and_stops_when_asked(
    program: asyncio.subprocess.Process,
) -> None:
    assert program.stdout
    text = ""
    while "The same alerts as a page" not in text:
        line = await asyncio.wait_for(program.stdout.readline(), 60)
        assert line, text
        text += line.decode()
    address = re.search(r"http://127\.0\.0\.1:\d+/(?= )", text)
    assert address
    page = await _once_up(address[0])
    program.send_signal(signal.SIGINT)
    _, err = await asyncio.wait_for(program.communicate(), 60)
    assert text.count("Extracts from the source, no AI.") == page.count("Extracts from the source, no AI.") == len(TOLD)
    assert "Traceback" not in err.decode()


async def _once_up(address: str) -> str:
    """The page is announced a moment before it is served."""
    async with asyncio.timeout(60), aiohttp.ClientSession() as browser:
        while True:
            try:
                async with browser.get(address) as answer:
                    return await answer.text()
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.02)


async def test_the_command_ends_when_nobody_reads_it_any_more(program: asyncio.subprocess.Process) -> None:
    assert program.stdout
    assert program.stderr
    await asyncio.wait_for(program.stdout.readline(), 60)
    program._transport.get_pipe_transport(1).close()  # type: ignore[attr-defined]  # what `| head -1` does
    err = await asyncio.wait_for(program.stderr.read(), 60)
    assert await asyncio.wait_for(program.wait(), 60) == 130
    assert "Traceback" not in err.decode()
