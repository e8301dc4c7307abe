"""Publishers misbehaving over several turns: nothing told twice, nothing held up, nothing that grows without end."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.standins.feeds import Item, rss
from tests.walks.world import BACKGROUND, NEWS, OTHER, SLACK, World, world


def issued(items: Sequence[tuple[str, str]], issue: str, *, stamped: bool) -> str:
    """The same stories, every id and address of this issue alone; `stamped` dates them all now."""
    now = datetime.now(UTC)
    at = now if stamped else now - timedelta(hours=1)
    return rss(
        "one",
        [
            Item(title, f"https://news.invalid/{issue}/{n}", text, at, guid=f"{issue}-{n}")
            for n, (title, text) in enumerate(items)
        ],
    )


def entries(made: World) -> int:
    with closing(sqlite3.connect(made.database)) as db:
        return int(db.execute("SELECT count(*) FROM entries").fetchone()[0])


@pytest.mark.parametrize("stamped", [False, True], ids=["with their dates", "dated now"])
@pytest.mark.parametrize("more", [BACKGROUND[:2], BACKGROUND], ids=["five items", "fifteen items"])
async def test_a_feed_that_issues_every_id_anew_tells_nothing_twice_and_its_news_is_told(
    tmp_path: Path, more: Sequence[tuple[str, str]], stamped: bool
) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        made.has_feed("one", more)
        await made.subscribes(SLACK)
        await made.turns()
        stories = [*NEWS[:2], *more]
        made.feeds.publishes("/one.xml", issued(stories, "first", stamped=False))
        await made.turns()
        assert len(made.slack.channel("C1").messages) == 2
        before = entries(made)
        for number in range(5):
            made.feeds.publishes("/one.xml", issued(stories, f"again-{number}", stamped=stamped))
            tally, sent = await made.turns()
            assert (tally.entries, tally.alerts, sent) == (0, 0, [])
        assert entries(made) == before
        made.feeds.publishes("/one.xml", issued([NEWS[2], *stories], "last", stamped=stamped))
        _, sent = await made.turns()
        assert [headline for _, headline in sent] == [NEWS[2][0]]


async def test_ten_thousand_items_at_once_are_held_and_the_neighbours_heard(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        for name in ("one", "two"):
            made.has_feed(name)
        await made.turns()
        when = datetime.now(UTC)
        many = [Item(f"Bakery wins prize {n}", f"https://news.invalid/{n}", "", when) for n in range(10_000)]

        made.feeds.publishes("/one.xml", rss("one", many))
        made.publishes("two", NEWS[1])
        tally, sent = await made.turns()
        assert (tally.entries, [headline for _, headline in sent]) == (2_001, [NEWS[1][0]])
        assert "2000 of 2000 items suddenly look new" in await made.says("status")


async def test_news_dated_years_ahead_is_told_once_as_of_today(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        await made.turns()
        made.publishes("one", NEWS[0], days_ago=-800)
        _, sent = await made.turns()
        assert [headline for _, headline in sent] == [NEWS[0][0]]
        made.publishes("one", NEWS[1], OTHER[0])
        _, sent = await made.turns()
        assert [headline for _, headline in sent] == [NEWS[1][0]]
        async with made.opens() as running:
            brief = await running.store.brief(1)
        assert brief
        assert brief.published
        assert brief.published <= datetime.now(UTC)
