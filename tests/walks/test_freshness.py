"""News is told as it comes: no feed, article or tick that others wait for holds it up, and one event stays one alert."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import app, pipeline
from bot.app import turning
from bot.model import Feed
from bot.pipeline import newsroom
from tests.standins.feeds import FeedServer, Item, rss
from tests.standins.slack import SlackServer
from tests.walks.weather import weather
from tests.walks.world import NEWS, SLACK, World, world

HANGS = 600.0
"""Seconds that a hanging server is waited for: longer than any of these tests."""


@asynccontextmanager
async def office(folder: Path, *names: str) -> AsyncIterator[tuple[World, SlackServer]]:
    """Feeds read once, and a Slack channel that asks for everything."""
    async with world(folder, slack=True) as made:
        assert made.slack
        made.environment["REGPULSE_WEB_LISTEN"] = "127.0.0.1:0"
        for name in names:
            made.has_feed(name)
        await made.subscribes(SLACK)
        await made.turns()
        made.environment["REGPULSE_HTTP_TIMEOUT_SECONDS"] = str(HANGS)
        yield made, made.slack


@asynccontextmanager
async def runs(made: World, *more: Feed) -> AsyncIterator[app.App]:
    """`regpulse run`, as long as the block lasts; it asks `more` first."""
    settings = made.config()
    settings = replace(settings, feeds=(*more, *settings.feeds))
    async with app.assembled(settings, made.platforms(), alone=True) as running:
        work = asyncio.create_task(app.run(running))
        try:
            yield running
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)


async def until(condition: Callable[[], object], within: float = 300) -> None:
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110  # the stand-ins count, and say nothing
            await asyncio.sleep(0.02)


def told(slack: SlackServer) -> list[str]:
    """The headlines in the channel, as a person sees them now."""
    return [title for message in slack.channel("C1").messages for title, _ in NEWS if title in str(message)]


async def test_a_feed_that_hangs_does_not_hold_up_what_another_brought(tmp_path: Path) -> None:
    async with office(tmp_path, "good", "bad") as (made, slack):
        made.feeds.hangs("/bad.xml")
        made.publishes("good", NEWS[0])
        async with runs(made) as running:
            await until(lambda: told(slack))
            memory = await running.store.memory("bad")
        assert memory
        assert memory.failures == 0, "it was still hanging"


async def test_a_feed_that_comes_due_while_another_hangs_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turning, "LOOK_EVERY", 0.1)
    monkeypatch.setattr(turning, "LOOK_LEAST", 0.1)
    async with office(tmp_path, "good", "bad") as (made, slack):
        made.feeds.hangs("/bad.xml")
        before = made.feeds.asked["/bad.xml"]
        async with runs(made):
            asked = made.feeds.asked["/good.xml"]
            await until(lambda: made.feeds.asked["/bad.xml"] > before and made.feeds.asked["/good.xml"] > asked + 1)
            made.publishes("good", NEWS[0])
            await until(lambda: told(slack))
        assert made.feeds.asked["/bad.xml"] == before + 1, "who is being asked is not asked again"


async def test_reports_of_one_event_that_arrive_together_are_one_alert_which_names_them_all(tmp_path: Path) -> None:
    names = tuple(f"outlet-{n}" for n in range(4))
    async with office(tmp_path, *names, "bad") as (made, slack):
        made.feeds.hangs("/bad.xml")
        for name in names:
            made.publishes(name, NEWS[0])
        async with runs(made) as running:
            await until(lambda: told(slack))
            (story, *_) = await running.store.latest(1)
            brief = await running.store.brief(story.id)
        assert brief
        assert (told(slack), len(brief.sources)) == ([NEWS[0][0]], 4)


async def test_a_report_that_arrives_later_edits_the_alert_and_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turning, "LOOK_EVERY", 0.1)
    async with office(tmp_path, "first", "second", "bad") as (made, slack):
        made.feeds.hangs("/bad.xml")
        made.publishes("first", NEWS[0])
        async with runs(made):
            await until(lambda: told(slack))
            made.publishes("second", NEWS[0])
            await until(lambda: "+1 outlet" in str(slack.channel("C1").messages))
        assert told(slack) == [NEWS[0][0]]


async def test_an_article_that_hangs_does_not_hold_up_another_story(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turning, "LOOK_EVERY", 0.1)
    async with office(tmp_path, "short", "long") as (made, slack):
        made.feeds.hangs("/article")
        now = datetime.now(UTC)
        short = Item(NEWS[1][0], made.feeds.url("/article"), NEWS[1][1][:200], now)
        made.feeds.publishes("/short.xml", rss("short", [short, *made.documents["short"]]))
        async with runs(made):
            await until(lambda: made.feeds.asked["/article"])
            made.publishes("long", (NEWS[0][0], NEWS[0][1] * 3))
            await until(lambda: told(slack))
        assert told(slack) == [NEWS[0][0]]


async def test_an_item_whose_article_is_asked_for_does_not_hold_up_the_rest_of_its_feed(tmp_path: Path) -> None:
    async with office(tmp_path, "one") as (made, slack):
        made.feeds.hangs("/article")
        now = datetime.now(UTC)
        unsure = Item("Chatbot maker faces questions from senators", made.feeds.url("/article"), "", now)
        sure = Item(NEWS[0][0], "https://news.invalid/sure", NEWS[0][1] * 3, now)
        made.feeds.publishes("/one.xml", rss("one", [unsure, sure, *made.documents["one"]]))
        async with runs(made) as running:
            await until(lambda: told(slack))
            assert await running.store.find(unsure.link) == ()
        assert made.feeds.asked["/article"] == 1
        made.feeds.is_broken("/article", 404)  # killed meanwhile, it asks for the same again
        tally, _ = await made.turns()
        assert (tally.entries, told(slack)) == (1, [NEWS[0][0]])


async def test_the_sender_is_woken_and_does_not_wait_for_its_tick(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turning, "FLUSH_EVERY", 60.0)
    monkeypatch.setattr(turning, "LOOK_EVERY", 0.1)
    async with office(tmp_path, "good") as (made, slack), runs(made):
        asked = made.feeds.asked["/good.xml"]
        await until(lambda: made.feeds.asked["/good.xml"] > asked)
        made.publishes("good", NEWS[0])
        await until(lambda: told(slack))


async def test_names_that_nobody_answers_for_hold_up_no_judging(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lookup blocks the thread it is on, and is not over when we gave it up."""
    answered, asked, lookup = threading.Event(), set[str](), socket.getaddrinfo

    def blocking(host: str, *rest: Any, **more: Any) -> Any:
        if host.endswith(".mute.example"):
            asked.add(host)
            answered.wait(HANGS)
            raise socket.gaierror
        return lookup(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", blocking)
    async with office(tmp_path, "good") as (made, slack):
        mute = tuple(Feed(f"mute-{n}", f"http://{n}.mute.example/", "Mute") for n in range(12))
        try:
            made.publishes("good", NEWS[0])
            async with runs(made, *mute):
                await until(lambda: told(slack))
            assert len(asked) == len(mute)
        finally:
            answered.set()


async def test_one_host_that_hangs_leaves_room_for_all_the_others(tmp_path: Path) -> None:
    """Seventy feeds of it: more than are under way at once."""
    async with office(tmp_path, "good") as (made, slack), FeedServer() as slow:
        made.environment |= {
            "REGPULSE_HTTP_ALLOW_PRIVATE": f"{made.feeds.address},{slow.address}",
            "REGPULSE_HTTP_CONCURRENCY": "60",
        }
        paths = [f"/{n}.xml" for n in range(70)]
        for path in paths:
            slow.hangs(path)
        made.publishes("good", NEWS[0])
        async with runs(made, *(Feed(path, slow.url(path), "Slow") for path in paths)):
            await until(lambda: told(slack))
        assert slow.asked.total() == newsroom.SHARE


@pytest.mark.parametrize(("away", "told"), [(2, [NEWS[0][0]]), (4, [])])
async def test_what_was_heard_just_before_a_long_stop_is_told_after_it_only_while_it_is_news(
    tmp_path: Path, away: int, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with weather(tmp_path, "slack") as here:
        with monkeypatch.context() as stopped:
            stopped.setattr(pipeline, "_brief_all", nothing_briefed)
            await here.hears(0)
        here.ahead = timedelta(days=away)
        await pipeline.turn(here.app.room, everything=True)
        await here.sends()
        assert here.posted() == told
        assert ("is no news any more" in await here.why(0)) is not bool(told)


async def nothing_briefed(room: newsroom.Newsroom) -> newsroom.Tally:
    return newsroom.Tally()
