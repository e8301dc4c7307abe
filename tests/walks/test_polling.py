"""A poll costs next to nothing and is one at a time for each feed; one that does not end is noticed."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import app, pipeline
from bot.app import turning
from bot.core import items, usual
from bot.core.usual.item import Row
from bot.model import Feed, Heard, Memory, Polled
from bot.pipeline import newsroom, polling
from tests.walks.world import NEWS, OTHER, world


async def test_the_same_bytes_are_not_parsed_and_only_a_new_item_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    really = usual.read

    def counted(cut: items.Cut, url: str, wanted: Sequence[int]) -> tuple[Row | None, ...]:
        read.append(len(wanted))
        return really(cut, url, wanted)

    monkeypatch.setattr(usual, "read", counted)
    async with world(tmp_path) as made:
        made.has_feed("gazette")
        await made.turns()
        assert read == [12]
        await made.turns()
        assert read == [12]
        made.publishes("gazette", OTHER[0], NEWS[0])
        tally, sent = await made.turns()
        assert (tally.entries, [headline for _, headline in sent]) == (2, [NEWS[0][0]])
        assert read == [12, 2]


async def test_no_more_is_heard_than_a_slow_store_takes_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "TOGETHER", 2)
    async with world(tmp_path) as made:
        names = [f"feed-{number}" for number in range(9)]
        for name in names:
            made.has_feed(name)
        async with made.opens() as running:
            room, doors = running.room, Doors(running, monkeypatch)
            room.kept.polls.places = asyncio.Semaphore(2)
            storing, taken = asyncio.Event(), asyncio.Event()
            really = room.store.record_all

            async def slowly(heard: Sequence[Heard], now: datetime) -> tuple[int, ...]:
                storing.set()
                await taken.wait()
                return await really(heard, now)

            monkeypatch.setattr(room.store, "record_all", slowly)
            for name in names:
                doors.open[name].set()
            turn = asyncio.create_task(pipeline.turn(room, everything=True))
            await asyncio.wait_for(storing.wait(), 10)
            await until(room.kept.polls.places.locked)
            for _ in range(100):
                await asyncio.sleep(0)
            assert sum(doors.asked.values()) <= 2 + 2 + 2, (
                "two being stored, two to follow, and as many as there are places"
            )
            taken.set()
            assert (await asyncio.wait_for(turn, 10)).polled == len(names)


class Doors:
    """Between RegPulse and the feeds: who asks for one whose door is shut waits."""

    def __init__(self, running: app.App, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: Counter[str] = Counter()
        self.open: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._poll = running.room.web.poll
        monkeypatch.setattr(running.room.web, "poll", self._ask)

    async def _ask(self, feed: Feed, memory: Memory) -> Polled:
        self.asked[feed.id] += 1
        await self.open[feed.id].wait()
        return await self._poll(feed, memory)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(300):
        while not condition():  # noqa: ASYNC110  # what is looked at says nothing itself
            await asyncio.sleep(0.01)


async def test_a_turn_that_ends_frees_no_feed_that_a_later_one_is_asking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world(tmp_path) as made:
        for name in ("quick", "slow"):
            made.has_feed(name)
        async with made.opens() as running:
            doors, room = Doors(running, monkeypatch), running.room
            doors.open["quick"].set()
            first = asyncio.create_task(pipeline.turn(room, everything=True))
            await until(lambda: room.kept.polls.feeds == {"slow"})
            doors.open["quick"].clear()
            second = asyncio.create_task(pipeline.turn(room, everything=True))
            await until(lambda: doors.asked["quick"] == 2)
            doors.open["slow"].set()
            await first
            third = await asyncio.wait_for(pipeline.turn(room, everything=True), 300)
            assert (third.polled, third.under_way, doors.asked["quick"]) == (1, 1, 2)
            doors.open["quick"].set()
            await second
            assert room.kept.polls.feeds == set()


async def test_feeds_that_failed_before_and_hang_leave_room_for_all_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newsroom, "AT_ONCE", 2)
    monkeypatch.setattr(newsroom, "FAILING", 1)
    async with world(tmp_path) as made:
        for name in ("one", "other", "third", "well"):
            made.has_feed(name)
            made.feeds.is_broken(f"/{name}.xml", 503)
        made.publishes("well")
        async with made.opens() as running:
            assert (await pipeline.turn(running.room, everything=True)).failed == 3
            doors = Doors(running, monkeypatch)
            doors.open["well"].set()
            turn = asyncio.create_task(pipeline.turn(running.room, everything=True))
            await until(lambda: doors.asked["well"] and "well" not in running.room.kept.polls.feeds)
            assert doors.asked == {"one": 1, "well": 1}
            for name in ("one", "other", "third"):
                doors.open[name].set()
            await turn
            assert doors.asked.total() == 4


async def test_a_poll_that_does_not_end_turns_ready_red_though_later_turns_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world(tmp_path) as made:
        made.has_feed("stuck")
        async with made.opens() as running:
            await turning.turn(running.room, running.signs)
            assert await running.signs.not_ready() == ()
            doors = Doors(running, monkeypatch)
            hanging = asyncio.create_task(turning.turn(running.room, running.signs))
            await until(lambda: doors.asked["stuck"])
            running.signs._now = lambda: datetime.now(UTC) + timedelta(hours=12)
            await turning.turn(running.room, running.signs)
            late, stuck = await running.signs.not_ready()
            assert late.startswith("no turn has finished since")
            assert stuck.startswith("looking at 1 feed does not end, at stuck since")
            doors.open["stuck"].set()
            await hanging
            assert await running.signs.not_ready() == ()
