"""One bad entry, story or digest's story is stepped past: the others are told, and operators know."""

import asyncio
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot import dispatch, pipeline
from bot.core import corrections, detection, digest, query, traits
from bot.core.setbacks import notice
from bot.model import Brief, Card, Delivery, Entry, Judged, Outcome, Subscription
from bot.platforms.discord import embeds
from bot.platforms.discord.adapter import Discord
from bot.platforms.slack import blocks
from bot.store import listening
from bot.store.sqlite import Sqlite
from tests.edges.stored import LEASE
from tests.walks.weather import PLATFORMS, SECOND, Weather, weather
from tests.walks.world import BACKGROUND, NEWS, SLACK, world

TITLE = notice(1)[0]
MENDED = "Nothing is stuck any more"


class Bug:
    """Met in the reports of this headline, until it is mended."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.met = 0

    def inspect(self, title: str) -> None:
        if title == self.title:
            self.met += 1
            raise KeyError(title)


def in_judging(monkeypatch: pytest.MonkeyPatch, title: str) -> Bug:
    bug, judge = Bug(title), detection.judge

    def buggy(entries: Sequence[Entry], *others: Any) -> Any:
        for entry in entries:
            bug.inspect(entry.title)
        return judge(entries, *others)

    monkeypatch.setattr(detection, "judge", buggy)
    return bug


async def told_of(here: Weather, title: str) -> int:
    return sum(title in said for said in await here.operators())


async def test_an_entry_of_a_baseline_that_cannot_be_judged_holds_back_none_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bug = in_judging(monkeypatch, BACKGROUND[0][0])
    async with world(tmp_path) as made:
        made.has_feed("gazette", (*BACKGROUND, NEWS[0]))
        async with made.opens() as running:
            await pipeline.turn(running.room)
            assert await pipeline.study(running.room, 50)
            assert [one.title for one in await running.store.unjudged(50)] == [BACKGROUND[0][0]]
            assert await pipeline.study(running.room, 50) is None, "it is left alone for a minute"
            notice = await running.store.claim_notice(running.room.now(), since=running.room.now() - LEASE, lease=LEASE)
        assert NEWS[0][0] in await made.says("search chatbot")
        assert bug.met == 2
        assert notice
        assert "Not judged yet" in await made.says("why https://news.invalid/gazette/0")


async def test_news_that_cannot_be_judged_holds_back_none_of_its_feed_and_is_told_when_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bug = in_judging(monkeypatch, NEWS[0][0])
    async with weather(tmp_path, "slack") as here:
        await here.hears(0, 1, 2)
        await here.sends()
        assert sorted(here.posted()) == sorted([NEWS[1][0], NEWS[2][0]])
        await pipeline.study(here.app.room, 50)
        assert await told_of(here, TITLE) == 1
        assert "RegPulse itself failed on it" in await here.why(0)
        bug.title = ""
        await here.sends(minutes=2)
        await pipeline.study(here.app.room, 50)
        await pipeline.turn(here.app.room)
        await here.sends()
        assert NEWS[0][0] in here.posted()
        assert (await told_of(here, TITLE), await told_of(here, MENDED)) == (1, 1)


async def test_an_open_story_that_cannot_be_compared_holds_back_no_filing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bug, of = Bug(NEWS[0][0]), traits.of

    def buggy(entry: Entry) -> Any:
        bug.inspect(entry.title)
        return of(entry)

    async with weather(tmp_path, "slack") as here:
        await here.told(0)
        here.app.room.kept.shelf = None  # as in a new process
        monkeypatch.setattr(traits, "of", buggy)
        await here.told(1)
        assert here.posted() == [NEWS[0][0], NEWS[1][0]]
        assert await told_of(here, TITLE) == 1
        bug.title = ""
        await here.sends(minutes=2)
        await here.told(2)
        assert len(await pipeline._open_shelf(here.app.room, ())) == 3
        assert await told_of(here, MENDED) == 1


# Telling


async def test_a_subscription_that_cannot_be_read_keeps_no_other_channel_from_being_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse = query.parse

    def buggy(text: str) -> Any:
        Bug("acts of tomorrow").inspect(text)
        return parse(text)

    monkeypatch.setattr(query, "parse", buggy)
    async with weather(tmp_path, "slack") as here:
        await here.app.store.subscribe(Subscription(SECOND["slack"], "acts of tomorrow", "tester", here.now))
        await here.told(0)
        await here.told(1)
        assert here.posted() == [NEWS[0][0], NEWS[1][0]]
        assert await told_of(here, "A channel is not heard") == 1


def in_layout(monkeypatch: pytest.MonkeyPatch, *forms: tuple[Any, str]) -> None:
    """Of the first news, in these of its forms."""
    for where, name in forms:
        bug, real = Bug(NEWS[0][0]), getattr(where, name)

        def buggy(card: Card, *others: Any, bug: Bug = bug, real: Any = real) -> Any:
            bug.inspect(card.title)
            return real(card, *others)

        monkeypatch.setattr(where, name, buggy)


RICH = ((blocks, "message"), (embeds, "brief"))
PLAIN = ((blocks, "plain"), (embeds, "plain"))


@PLATFORMS
async def test_a_message_whose_layout_meets_a_bug_is_sent_in_plain_form_once_and_operators_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    in_layout(monkeypatch, *RICH)
    async with weather(tmp_path, platform) as here:
        await here.subscribes(SECOND[platform])
        for number in (0, 1):
            await here.told(number)
        await here.sends(hours=1)
        assert here.posted() == here.posted(SECOND[platform]) == [NEWS[0][0], NEWS[1][0]]
        assert await told_of(here, "RegPulse fails to lay out a message") == 1


@PLATFORMS
async def test_a_message_that_no_form_can_be_made_of_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    in_layout(monkeypatch, *RICH, *PLAIN)
    async with weather(tmp_path, platform) as here:
        for number in (0, 1):
            await here.told(number)
        assert here.posted() == [NEWS[1][0]]
        assert "Not delivered here: RegPulse itself failed to lay out" in await here.why(0)
        assert await told_of(here, "A message was refused") == 1


async def test_a_digest_leaves_out_the_story_it_fails_on_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bug, line = Bug(NEWS[0][0]), digest._line

    def buggy(brief: Brief) -> str:
        bug.inspect(brief.headline)
        return line(brief)

    monkeypatch.setattr(digest, "_line", buggy)
    async with weather(tmp_path, "discord") as here:
        daily = Subscription(here.channel, "everything", "tester", here.now, every="daily 09:00")
        await here.app.store.subscribe(daily)
        await here.hears(0, 1, 2)
        await here.sends(days=1)
        assert sorted(here.posted()) == sorted([NEWS[1][0], NEWS[2][0]])
        (said,) = [str(one) for one in here.discord.channel(here.channel.id).messages]
        assert "Left out, for RegPulse itself fails on it: story 1" in said
        assert await told_of(here, "Left out of a digest (KeyError): story 1") == 1


async def test_a_bug_met_in_the_edits_of_one_platform_cancels_none_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, crashed = asyncio.Event(), asyncio.Event()
    claim, edit = Sqlite.claim_revisions, Discord.edit

    async def buggy(store: Sqlite, now: datetime, platform: str, space: str, **how: Any) -> Any:
        if platform == "slack":
            await begun.wait()
            crashed.set()
            raise ZeroDivisionError
        return await claim(store, now, platform, space, **how)

    async def slow(platform: Discord, delivery: Delivery, card: Card) -> Outcome:
        begun.set()
        await crashed.wait()
        return await edit(platform, delivery, card)

    async with weather(tmp_path, "discord", also="slack") as here:
        await here.subscribes(SLACK)
        await here.told(0)
        brief = await here.app.store.brief(1)
        assert brief
        await here.app.store.revise(replace(brief, headline="As it is now"), here.now, repost=True, why="x")
        monkeypatch.setattr(Sqlite, "claim_revisions", buggy)
        monkeypatch.setattr(Discord, "edit", slow)
        with pytest.raises(ZeroDivisionError):
            await dispatch.retell(here.app.outbox)
        (said,) = [str(one) for one in here.discord.channel(here.channel.id).messages]
        assert "As it is now" in said


# Hearing


async def test_an_entry_that_cannot_be_stored_holds_back_none_of_its_feed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bug, keep = Bug(NEWS[0][0]), listening.keep

    def buggy(db: sqlite3.Connection, judged: tuple[Judged, ...], now: datetime) -> int:
        for one in judged:
            bug.inspect(one.entry.title)
        return keep(db, judged, now)

    monkeypatch.setattr(listening, "keep", buggy)
    async with weather(tmp_path, "slack") as here:
        await here.hears(0, 1, 2)
        await here.sends()
        assert sorted(here.posted()) == sorted([NEWS[1][0], NEWS[2][0]])
        memory = await here.app.store.memory("one")
        assert memory
        assert (memory.failures, "RegPulse itself failed to store 1 item" in memory.reason) == (0, True)
        assert memory.reason in await here.says("status")
        bug.title = ""
        await pipeline.turn(here.app.room, everything=True)
        await here.sends()
        assert sorted(here.posted()) == sorted(title for title, _ in NEWS)


async def test_a_report_whose_correction_meets_a_bug_holds_back_no_news_of_its_feed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def buggy(*given: Any) -> Any:
        raise KeyError

    monkeypatch.setattr(corrections, "between", buggy)
    async with weather(tmp_path, "slack") as here:
        await here.told(0)
        here.made.documents["one"][0] = replace(here.made.documents["one"][0], summary="It was otherwise.")
        await here.told(1)
        assert here.posted() == [NEWS[0][0], NEWS[1][0]]
