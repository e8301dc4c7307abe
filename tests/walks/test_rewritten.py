"""Items that come again: filled in later, or dated anew by their publisher."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.standins.feeds import Item, rss
from tests.walks.world import BACKGROUND, NEWS, OTHER, World, world

PAGE = "https://news.invalid/one/page"
STUB = Item("Press release", PAGE, "Details to follow.", guid="id100")


def filled(told: tuple[str, str] = NEWS[0]) -> Item:
    title, text = told
    return replace(STUB, title=title, summary=text)


async def served(made: World, *items: Item) -> list[str]:
    """The headlines told when the feed is asked next."""
    now = datetime.now(UTC)
    old = [Item(title, f"https://news.invalid/{n}", text, now) for n, (title, text) in enumerate(BACKGROUND)]
    made.feeds.publishes("/one.xml", rss("one", [*(replace(item, published=now) for item in items), *old]))
    _, sent = await made.turns()
    return [headline for _, headline in sent]


async def listening(made: World) -> None:
    made.has_feed("one")
    assert await served(made) == []


def passes(made: World, days: int) -> None:
    """As if what is stored had been heard so long ago."""
    columns: Sequence[tuple[str, str]] = (
        ("entries", "published"), ("entries", "seen"), ("stories", "latest"), ("stories", "created"),
        ("stories", "briefed"), ("deliveries", "created"), ("deliveries", "settled"),
    )  # fmt: skip
    with closing(sqlite3.connect(made.database)) as db, db:
        for table, column in columns:
            db.execute(
                f"UPDATE {table} SET {column} = strftime('%Y-%m-%dT%H:%M:%S', {column}, '-{days} days')"  # noqa: S608
                f" || substr({column}, 20) WHERE {column} IS NOT NULL AND {column} <> ''"
            )


async def test_a_stub_that_becomes_news_is_told_once_and_why_says_so(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await listening(made)
        assert await served(made, STUB) == []
        assert await served(made, filled()) == [NEWS[0][0]]
        assert await served(made, filled()) == []
        why = await made.says(f"why {PAGE}")
        assert NEWS[0][0] in why
        assert "as “Press release”" in why


async def test_a_stub_that_becomes_something_else_is_not_told(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await listening(made)
        await served(made, STUB)
        assert await served(made, filled(OTHER[0])) == []
        assert "Judged again" in await made.says(f"why {PAGE}")
        assert await served(made, filled()) == [NEWS[0][0]]


async def test_a_stub_is_judged_again_for_a_week_and_five_times(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await listening(made)
        await served(made, STUB)
        for n in range(5):
            text = " ".join(f"loaf{n}{word}" for word in "abcdefgh")
            await served(made, replace(STUB, summary=text))
        assert await served(made, filled()) == []


async def test_a_stub_filled_in_after_a_week_is_not_told(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await listening(made)
        await served(made, STUB)
        passes(made, 8)
        assert await served(made, filled()) == []


async def test_a_template_that_changes_all_texts_tells_nothing(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await listening(made)
        stubs = [replace(STUB, guid=f"s{n}", link=f"{PAGE}/{n}", title=f"Notice {n}") for n in range(6)]
        await served(made, *stubs)
        stubs += [replace(STUB, guid=f"t{n}", link=f"{PAGE}/t{n}", title=f"Note {n}") for n in range(6)]
        await served(made, *stubs)
        assert await served(made, *(replace(stub, summary=NEWS[0][1]) for stub in stubs)) == []
