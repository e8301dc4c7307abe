"""A feed that is held: which batches are, how long it shows, and who is told."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core import novelty
from tests.standins.feeds import Item, rss
from tests.walks.world import BACKGROUND, NEWS, OTHER, SLACK, World, world

OPS = {"REGPULSE_OPS_CHANNEL": "slack:T1:C9"}
SUBJECTS = (
    "facial recognition", "credit scoring", "hiring tools", "chatbots for minors", "deepfake labels", "medical devices",
    "exam grading", "border control", "foundation models", "insurance pricing",
)  # fmt: skip


def moved(items: Sequence[tuple[str, str]], *, days_ago: float | None = 0) -> str:
    """A document of which nothing is known: other items, other addresses."""
    at = None if days_ago is None else datetime.now(UTC) - timedelta(days=days_ago)
    return rss(
        "one", [Item(title, f"https://news.invalid/moved/{n}", text, at) for n, (title, text) in enumerate(items)]
    )


def rules(number: int) -> list[tuple[str, str]]:
    return [(f"EU AI Act rule number {n} adopted by parliament", NEWS[0][1]) for n in range(number)]


def decisions(number: int) -> list[tuple[str, str]]:
    return [
        (
            f"EU AI Act: Commission adopts binding decision on {subject}",
            f"The European Commission adopted a decision under the EU AI Act on {subject}. "
            "Providers must comply by 1 March 2027.",
        )
        for subject in SUBJECTS[:number]
    ]


async def listening(made: World, items: Sequence[tuple[str, str]] = BACKGROUND) -> None:
    made.has_feed("one", items)
    await made.subscribes(SLACK)
    await made.turns()


def told_to_operators(made: World) -> list[str]:
    assert made.slack
    return [str(message) for message in made.slack.channel("C9").messages]


@pytest.mark.parametrize("by_day", [False, True], ids=["dated to the second", "dated by the day"])
async def test_a_morning_of_decisions_in_a_short_feed_is_news_and_no_flood(tmp_path: Path, by_day: bool) -> None:
    async with world(tmp_path, slack=True, environment=OPS) as made:
        assert made.slack
        await listening(made, BACKGROUND[:10])
        now = datetime.now(UTC)
        at = now.replace(hour=0, minute=0, second=0) if by_day else now - timedelta(minutes=15)
        new = [Item(title, f"https://news.invalid/d/{n}", text, at) for n, (title, text) in enumerate(decisions(9))]
        made.feeds.publishes("/one.xml", rss("one", [*new, made.documents["one"][0]]))
        tally, _ = await made.turns()
        assert tally.entries == 9
        assert "held" not in await made.says("sources")
        assert "held" not in await made.says("why https://news.invalid/d/1")
        assert told_to_operators(made) == []
        assert made.slack.channel("C1").messages


async def test_more_than_anybody_has_to_tell_is_held_beside_however_much_that_was_known(tmp_path: Path) -> None:
    """Of a long document a fifth is known: it is no other site's, and every item is dated now."""
    async with world(tmp_path, slack=True, environment=OPS) as made:
        await listening(made, BACKGROUND)
        made.publishes("one", *OTHER, *rules(novelty.LONG + 1))
        tally, sent = await made.turns()
        assert (tally.entries, sent) == (len(OTHER) + 41, [])
        assert "43 items held since" in await made.says("sources")
        (notice,) = told_to_operators(made)
        assert "41 items to be told at once, 0 min after the last good poll" in notice


async def test_much_that_concerns_nobody_is_no_flood_beside_what_was_known(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await listening(made, BACKGROUND)
        bread = [(f"Bakery number {n} opens its doors", f"Its loaf costs {n} euros.") for n in range(60)]
        made.publishes("one", *bread[:30], *NEWS, *bread[30:45])
        tally, sent = await made.turns()
        assert (tally.entries, len(sent)) == (45 + len(NEWS), len(NEWS))
        assert "held" not in await made.says("sources")


@pytest.mark.parametrize("days_ago", [20, None], ids=["old dates", "no dates"])
async def test_a_short_feed_that_is_all_new_with_old_dates_or_none_is_held(
    tmp_path: Path, days_ago: float | None
) -> None:
    async with world(tmp_path) as made:
        await listening(made, BACKGROUND[:10])
        made.feeds.publishes("/one.xml", moved(decisions(10), days_ago=days_ago))
        _, sent = await made.turns()
        assert sent == []
        assert "10 items held since" in await made.says("sources")


async def test_what_is_held_shows_until_a_person_lets_it_through_and_operators_are_told_once(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True, environment=OPS) as made:
        await listening(made)
        rounds: tuple[Sequence[tuple[str, str]], ...] = ([], [], OTHER[:1], OTHER)
        for later in rounds:
            made.feeds.publishes("/one.xml", moved([*later, *rules(20)]))
            await made.turns()
            for line in ("status", "sources"):
                said = await made.says(line)
                assert "✗ one" in said
                assert "20 items held since" in said
                assert "20 of 20 items suddenly look new" in said
                assert "sources release one" in said
                assert "0 of 1 source healthy; held: one" in said
        (notice,) = told_to_operators(made)
        assert "1 feed is held" in notice
        assert "20 of 20 items suddenly look new" in notice
        assert "sources release one" in notice
        await made.says("sources release one")
        for line in ("status", "sources"):
            assert "held" not in await made.says(line)
        await made.turns()
        assert len(told_to_operators(made)) == 1


async def test_what_is_let_through_and_is_too_old_to_be_news_is_known_and_told_to_nobody(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        await listening(made)
        now = datetime.now(UTC)
        new = [
            Item(title, f"https://news.invalid/moved/{n}", text, now - timedelta(days=1 if n < 3 else 800))
            for n, (title, text) in enumerate([*NEWS, *decisions(10), *rules(7)])
        ]
        made.feeds.publishes("/one.xml", rss("one", new))
        await made.turns()
        assert "20 items held since" in await made.says("sources")
        assert await made.says("sources release one") == (
            "3 held entries of one are let through, 17 are too old to be news and filed as known, told to nobody."
        )
        await made.turns()
        told = [message.text for message in made.slack.channel("C1").messages]
        assert len(told) == len(NEWS)
        assert all(title in str(told) for title, _ in NEWS)
        old = await made.says("why https://news.invalid/moved/5")
        assert "dated 800 days ago, older than what is told as new" in old
        assert SUBJECTS[2] in await made.says(f"search {SUBJECTS[2]}")
        assert await made.says("sources release one") == "Nothing of one is held."


async def test_a_feed_that_is_held_and_then_fails_shows_both(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await listening(made)
        made.feeds.publishes("/one.xml", moved(rules(20)))
        await made.turns()
        made.feeds.publishes("/one.xml", "<html>Just a moment</html>")
        await made.turns()
        said = await made.says("sources")
        assert "20 items held since" in said
        assert "bot challenge page" in said


async def test_a_feed_that_is_held_again_after_it_was_let_through_is_told_of_again(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True, environment=OPS) as made:
        await listening(made)
        made.feeds.publishes("/one.xml", moved(rules(20)))
        await made.turns()
        await made.says("sources release one")
        made.feeds.publishes("/one.xml", moved(rules(40)[20:]).replace("/moved/", "/again/"))
        await made.turns()
        with closing(sqlite3.connect(made.database)) as db:
            assert db.execute("SELECT count(*) FROM notices").fetchone()[0] == 2
