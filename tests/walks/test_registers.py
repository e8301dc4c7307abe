"""Items that share one address: registers, changelogs, feeds that link to their front page."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.standins.feeds import Item, rss
from tests.walks.world import BACKGROUND, NEWS, SLACK, World, world

PAGE = "https://news.invalid/register"
LINKS = pytest.mark.parametrize(
    "link", [f"{PAGE}#entry-%s", PAGE, "https://news.invalid/"], ids=["with a fragment", "without", "the front page"]
)


def item(number: int, told: tuple[str, str], link: str, *, days_ago: float = 0, guid: str = "") -> Item:
    at = datetime.now(UTC) - timedelta(days=days_ago)
    title, text = told
    return Item(title, link.replace("%s", str(number)), text, at, guid=guid or f"id{number}")


def background(link: str, number: int = 12) -> list[Item]:
    return [item(n, told, link, days_ago=5) for n, told in enumerate(BACKGROUND[:number])]


async def served(made: World, items: Sequence[Item]) -> list[str]:
    """The headlines told when the feed is asked next."""
    made.feeds.publishes("/one.xml", rss("one", items))
    _, sent = await made.turns()
    return [headline for _, headline in sent]


@LINKS
@pytest.mark.parametrize("before", [12, 1])
async def test_items_of_one_page_are_each_told_once(tmp_path: Path, link: str, before: int) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        items = background(link, before)
        assert await served(made, items) == []
        for number, told in enumerate(NEWS, start=100):
            items = [item(number, told, link), *items]
            assert await served(made, items) == [told[0]]
            assert await served(made, items) == []


@LINKS
async def test_items_of_one_page_under_new_ids_are_not_told_again(tmp_path: Path, link: str) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        items = background(link)
        await served(made, items)
        items = [item(100, NEWS[0], link), *items]
        assert await served(made, items) == [NEWS[0][0]]
        for issue in range(3):
            assert await served(made, [replace(one, guid=f"{one.guid}-{issue}") for one in items]) == []
        made.feeds.publishes("/one.xml", rss("one", [replace(items[0], guid="alone"), *items[1:]]))
        tally, sent = await made.turns()
        assert (tally.entries, sent) == (0, []), "nor is one alone another report"


async def test_items_whose_ids_are_places_of_one_page_are_each_told(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        items = [replace(one, guid=f"{PAGE}#v{n}") for n, one in enumerate(background(PAGE))]
        await served(made, items)
        items = [item(100, NEWS[0], PAGE, guid=f"{PAGE}#v100"), *items]
        assert await served(made, items) == [NEWS[0][0]]
        items = [item(101, NEWS[1], PAGE, guid=f"{PAGE}#v101"), *items]
        assert await served(made, items) == [NEWS[1][0]]
        assert NEWS[0][0] in (said := await made.says(f"why {PAGE}#v100"))
        assert NEWS[1][0] not in said
        assert NEWS[1][0] in await made.says(f"why {PAGE}")


async def test_an_item_that_changes_id_and_headline_and_stays_at_its_address_is_not_told_again(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        items = [item(n, told, f"https://news.invalid/{n}") for n, told in enumerate(BACKGROUND)]
        await served(made, items)
        told = item(100, NEWS[0], "https://news.invalid/100")
        assert await served(made, [told, *items]) == [NEWS[0][0]]
        again = replace(told, guid="other", title=f"Breaking: {NEWS[0][0]}")
        assert await served(made, [again, *items]) == []


async def test_a_version_counted_behind_an_address_makes_no_other_item(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        items = background("https://news.invalid/%s")
        await served(made, items)
        told = item(100, NEWS[0], "https://news.invalid/100", guid="https://news.invalid/100#0")
        assert await served(made, [told, *items]) == [NEWS[0][0]]
        second = replace(told, guid="https://news.invalid/100#1", title="Chatbot maker: what we know so far")
        assert await served(made, [second, told, *items]) == []


async def test_two_decisions_of_a_register_are_two_stories_and_its_page_is_no_article_of_theirs(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        made.has_feed("one")
        await made.subscribes(SLACK)
        items = background(PAGE)
        await served(made, items)
        await served(made, [item(100, NEWS[0], PAGE), item(101, NEWS[1], PAGE), *items])
        assert len(made.slack.channel("C1").messages) == 2
        assert "several items of its feed have this address" in await made.says(f"why {PAGE}")
