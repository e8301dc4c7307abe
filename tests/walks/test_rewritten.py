"""Items that come again: filled in later, or dated anew by their publisher."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

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


DATED_ANEW = replace(filled(), guid="id200", link=f"{PAGE}-updated")


@pytest.mark.parametrize("days", [5, 30])
async def test_an_item_dated_anew_under_another_id_and_address_is_not_told_again_and_why_says_so(
    tmp_path: Path, days: int
) -> None:
    async with world(tmp_path) as made:
        await listening(made)
        assert await served(made, filled()) == [NEWS[0][0]]
        passes(made, days)
        assert await served(made, DATED_ANEW) == []
        why = await made.says(f"why {PAGE}-updated")
        assert "title and text are those of its item seen" in why
        assert "a copy of what its outlet said before" in why


async def test_an_item_that_comes_again_after_months_is_told(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await listening(made)
        await served(made, filled())
        passes(made, 60)
        assert await served(made, DATED_ANEW) == [NEWS[0][0]]


async def test_the_same_headline_over_another_text_is_told(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await listening(made)
        await served(made, filled())
        passes(made, 30)
        other = replace(DATED_ANEW, summary=NEWS[0][1].replace("Examplar AI", "Borealis Chat"))
        assert await served(made, other) == [NEWS[0][0]]


async def test_an_item_issued_anew_with_each_look_does_not_fill_the_store(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await listening(made)
        await served(made, filled())
        for n in range(12):
            assert await served(made, replace(DATED_ANEW, guid=f"again{n}", link=f"{PAGE}/again/{n}")) == []
        with closing(sqlite3.connect(made.database)) as db:
            assert db.execute("SELECT count(*) FROM entries WHERE title = ?", (NEWS[0][0],)).fetchone()[0] <= 6
