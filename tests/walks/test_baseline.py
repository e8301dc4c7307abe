"""What a feed held when it was first read: kept at once, judged when there is time, found by who looks, told to nobody."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from bot import pipeline
from bot.model import Heard, Judged, Memory
from bot.store.sqlite import Sqlite
from tests.walks.world import BACKGROUND, NEWS, world


async def test_a_first_poll_keeps_what_is_there_and_judges_it_later(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("gazette", (*BACKGROUND, NEWS[0]))
        link = f"https://news.invalid/gazette/{len(BACKGROUND)}"
        async with made.opens() as running:
            tally = await pipeline.turn(running.room)
            assert (tally.entries, tally.relevant, tally.stories) == (len(BACKGROUND) + 1, 0, 0)
        assert "Not judged yet" in await made.says(f"why {link}")
        async with made.opens() as running:
            studied = await pipeline.study(running.room, 50)
            assert studied
            assert (studied.relevant, studied.stories) == (1, 1)
            assert await pipeline.study(running.room, 50) is None
            assert await running.store.unbriefed(9) == ()
        assert NEWS[0][0] in await made.says("search chatbot")
        assert "score" in await made.says(f"why {link}")


async def test_a_batch_that_cannot_be_stored_is_stored_feed_by_feed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One feed that cannot be stored fails alone, and its validators do not advance."""
    record = Sqlite.record

    async def broken_together(store: Sqlite, heard: Sequence[Heard], now: datetime) -> tuple[int, ...]:
        raise ZeroDivisionError

    async def broken_alone(store: Sqlite, memory: Memory, judged: tuple[Judged, ...], now: datetime) -> int:
        if memory.feed == "herald" and judged:
            raise ZeroDivisionError
        return await record(store, memory, judged, now)

    monkeypatch.setattr(Sqlite, "record_all", broken_together)
    monkeypatch.setattr(Sqlite, "record", broken_alone)
    async with world(tmp_path) as made:
        made.has_feed("gazette")
        made.has_feed("herald")
        made.publishes("herald")
        async with made.opens() as running:
            tally = await pipeline.turn(running.room)
            memories = await running.store.memories()
        assert (tally.polled, tally.failed, tally.entries) == (1, 1, len(BACKGROUND))
        assert "ZeroDivisionError" in memories["herald"].reason
        assert (memories["herald"].etag, memories["herald"].baseline_at) == ("", None)
        assert memories["gazette"].baseline_at
