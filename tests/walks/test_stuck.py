"""A bug that RegPulse meets in one report: all others are told, operators know of it, and it is tried again."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot import pipeline
from bot.app import turning
from bot.core import brief, stories
from bot.core.setbacks import notice
from bot.model import Brief, Story
from bot.store.sqlite import Sqlite
from tests.walks.weather import Weather, weather
from tests.walks.world import NEWS

TITLE = notice(1)[0]
MENDED = "Nothing is stuck any more"


class Bug:
    """Met in the reports of these headlines, until they are taken out."""

    def __init__(self, *titles: str) -> None:
        self.titles = set(titles)
        self.met = 0

    def inspect(self, title: str) -> None:
        if title in self.titles:
            self.met += 1
            raise KeyError(title)


def in_filing(bug: Bug, monkeypatch: pytest.MonkeyPatch) -> None:
    assign = stories.assign

    def buggy(entry: Any, *others: Any) -> Any:
        bug.inspect(entry.title)
        return assign(entry, *others)

    monkeypatch.setattr(stories, "assign", buggy)


def in_briefing(bug: Bug, monkeypatch: pytest.MonkeyPatch) -> None:
    routed = pipeline._routed

    async def buggy(room: Any, story: Story) -> Any:
        bug.inspect(story.entries[0].title)
        return await routed(room, story)

    monkeypatch.setattr(pipeline, "_routed", buggy)


BUGS = pytest.mark.parametrize("somewhere", [in_filing, in_briefing])
Somewhere = Callable[[Bug, pytest.MonkeyPatch], None]


async def told_of(here: Weather, title: str) -> int:
    return sum(title in said for said in await here.operators())


@BUGS
async def test_a_bug_in_one_report_holds_back_no_other_and_operators_are_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, somewhere: Somewhere
) -> None:
    async with weather(tmp_path, "slack") as here:
        somewhere(bug := Bug(NEWS[0][0]), monkeypatch)
        for number in (0, 1, 2):
            await here.told(number)
        assert here.posted() == [NEWS[1][0], NEWS[2][0]]
        assert bug.met == 1, "it is left alone for a minute"
        assert await told_of(here, TITLE) == 1
        for _ in range(6):
            await here.sends(hours=1)
            await pipeline.turn(here.app.room)
        assert bug.met == 7
        assert (await told_of(here, TITLE), await told_of(here, MENDED)) == (1, 0)


@BUGS
async def test_what_a_bug_held_back_is_told_when_it_works_and_operators_hear_of_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, somewhere: Somewhere
) -> None:
    async with weather(tmp_path, "slack") as here:
        somewhere(bug := Bug(NEWS[0][0]), monkeypatch)
        await here.told(0)
        bug.titles.clear()
        await here.sends(minutes=2)
        await pipeline.turn(here.app.room)
        await here.sends()
        assert here.posted() == [NEWS[0][0]]
        assert await told_of(here, MENDED) == 1


@BUGS
async def test_news_that_a_bug_holds_back_for_half_an_hour_turns_ready_red_and_stands_in_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, somewhere: Somewhere
) -> None:
    async with weather(tmp_path, "slack") as here:
        somewhere(bug := Bug(NEWS[0][0]), monkeypatch)
        await here.told(0)
        await turning.turn(here.app.room, here.app.signs)
        assert await here.app.signs.not_ready() == ()
        await here.sends(minutes=31)
        await turning.turn(here.app.room, here.app.signs)
        (reason,) = await here.app.signs.not_ready()
        assert reason.startswith("1 piece of news has waited for a brief for more than 30 minutes")
        assert reason in await here.says("status")
        bug.titles.clear()
        await here.sends(hours=1)
        await turning.turn(here.app.room, here.app.signs)
        assert await here.app.signs.not_ready() == ()


@BUGS
async def test_more_bugs_than_are_taken_up_at_once_block_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, somewhere: Somewhere
) -> None:
    async with weather(tmp_path, "slack") as here:
        monkeypatch.setattr(pipeline.stepping, "BATCH", 1)
        somewhere(Bug(NEWS[0][0], NEWS[1][0]), monkeypatch)
        await here.hears(0, 1, 2)
        await here.sends()
        assert here.posted() == [NEWS[2][0]]


async def test_a_bug_in_one_growing_story_holds_back_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bug, retold = Bug(NEWS[0][0]), brief.retold

    def buggy(was: Brief, story: Story) -> Brief:
        bug.inspect(was.headline)
        return retold(was, story)

    monkeypatch.setattr(brief, "retold", buggy)
    async with weather(tmp_path, "slack") as here:
        await here.told(0)
        await here.told(1)
        here.made.publishes("one", *((f"{title} again", text) for title, text in NEWS[:2]))
        await pipeline.turn(here.app.room)
        assert bug.met == 1
        assert [was.headline for _, was in await here.app.store.grown(9)] == [NEWS[0][0]]
        bug.titles.clear()
        await here.sends(minutes=2)
        await pipeline.turn(here.app.room)
        assert await here.app.store.grown(9) == ()


async def test_a_report_whose_reunion_meets_a_bug_is_told_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bug, reunited = Bug(NEWS[0][0]), stories.reunited

    def buggy(entry: Any, *others: Any) -> Any:
        bug.inspect(entry.title)
        return reunited(entry, *others)

    monkeypatch.setattr(stories, "reunited", buggy)
    async with weather(tmp_path, "slack") as here:
        await here.hears(0, 1)
        await here.sends()
        assert sorted(here.posted()) == sorted([NEWS[0][0], NEWS[1][0]])
        assert bug.met == 1


async def test_a_story_whose_brief_the_store_goes_on_refusing_holds_up_no_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one whose reports change each time that it is being briefed."""
    async with weather(tmp_path, "slack") as here:
        refused, publish = list[int](), Sqlite.publish

        async def refuses(self: Sqlite, brief: Brief, *given: Any, **named: Any) -> int:
            if NEWS[0][0] not in brief.headline:
                return await publish(self, brief, *given, **named)
            refused.append(brief.story)
            return 0

        with monkeypatch.context() as patched:
            patched.setattr(Sqlite, "publish", refuses)
            await asyncio.wait_for(here.hears(0, 1), 300)
            await here.sends()
            assert here.posted() == [NEWS[1][0]]
            assert len(refused) == pipeline.AT_ONE_GO
        await pipeline.turn(here.app.room, everything=True)
        await here.sends()
        assert here.posted() == [NEWS[1][0], NEWS[0][0]]
