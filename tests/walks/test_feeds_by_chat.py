"""Feeds added by chat: found, checked at once, told what is wrong with them, and heard from the next turn on."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import app
from bot.app import App
from bot.model import Alert, Caller, Channel, Memory, Refused, Reply
from tests.standins.feeds import Item, rss
from tests.walks.world import BACKGROUND, NEWS, SLACK, World, world

EDITOR = Caller(SLACK, "U1", "member", name="Maya")
MEMBER = Caller(SLACK, "U2", "manager", name="Tom")
WHEN = datetime.now(UTC) - timedelta(days=1)
ITEMS = [
    Item(NEWS[1][0], "https://news.invalid/new/1", NEWS[1][1], WHEN),
    Item(BACKGROUND[0][0], "https://news.invalid/new/2", BACKGROUND[0][1], WHEN - timedelta(hours=1)),
]


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path, environment={"REGPULSE_PEOPLE_EDITORS": "slack:T1:U1"}) as one:
        one.has_feed("one")
        yield one


async def says(running: App, line: str, caller: Caller = EDITOR) -> Reply:
    return await running.desk.answer(line, caller)


async def added(made: World, address: str) -> str:
    """What an editor reads who adds it."""
    async with made.opens() as running:
        return (await says(running, f"sources add {address}")).text


def page(*links: str, title: str = "News") -> str:
    return f"<!doctype html><html><head><title>{title}</title>{''.join(links)}</head><body><p>Hello.</p></body></html>"


def alternate(href: str, title: str = "", kind: str = "application/rss+xml") -> str:
    return f'<link rel="alternate" type="{kind}" title="{title}" href="{href}">'


async def test_a_feed_is_shown_added_and_heard_without_a_restart(made: World) -> None:
    made.feeds.publishes("/new.xml", rss("The New Gazette", ITEMS))
    async with made.opens() as running:
        await app.once(running, everything=True)
        await says(running, "save everything")
        reply = await says(running, f"sources add {made.feeds.url('/new.xml')} tier:primary jurisdiction:US-CA")
        assert not reply.private
        assert reply.text.startswith("Maya added 127-0-0-1: “The New Gazette” (RSS 2.0), 2 items, the newest of ")
        assert f"“{NEWS[1][0]}”: yes" in reply.text
        assert f"“{BACKGROUND[0][0]}”: no, not found to be about AI regulation" in reply.text
        tally, _ = await app.once(running, everything=True)
        assert (tally.polled, tally.entries, tally.alerts) == (2, 2, 0)
        fresh = Item(NEWS[0][0], "https://news.invalid/new/3", NEWS[0][1], datetime.now(UTC))
        made.feeds.publishes("/new.xml", rss("The New Gazette", [fresh, *ITEMS]))
        tally, _ = await app.once(running, everything=True)
        assert tally.alerts >= 1
        (story,) = await running.store.latest(1)
        assert (story.entries[0].outlet, story.entries[0].tier) == ("The New Gazette", "primary")
    async with made.opens() as again:
        assert "127-0-0-1 (The New Gazette): last heard" in (await says(again, "sources gazette", MEMBER)).text


async def test_only_editors_and_the_operator_add_and_remove(made: World) -> None:
    made.feeds.publishes("/new.xml", rss("New", ITEMS))
    async with made.opens() as running:
        for line in (f"sources add {made.feeds.url('/new.xml')}", "sources remove one"):
            text = (await says(running, line, MEMBER)).text
            assert "only the editors of this RegPulse add, remove or release them" in text
            assert "slack:T1:U2, under [people] editors" in text
        assert await running.store.added_feeds() == ()
        operator = Caller(app.TERMINAL, "operator", "manager", operator=True)
        text = (await says(running, f"sources add {made.feeds.url('/new.xml')}", operator)).text
        assert text.startswith("The operator added ")


async def test_removing_is_undone_by_its_button_and_begins_in_silence(made: World) -> None:
    made.feeds.publishes("/new.xml", rss("New", ITEMS))
    async with made.opens() as running:
        reply = await says(running, f'sources add {made.feeds.url("/new.xml")} name:"The “N”" language:fr')
        await app.once(running, everything=True)
        (before,) = await running.store.added_feeds()
        gone = await says(running, reply.buttons[0].line)
        assert gone.text.startswith("Maya removed 127-0-0-1")
        assert "127-0-0-1" not in await running.store.memories()
        assert "127-0-0-1" not in (await says(running, "sources")).text
        await says(running, gone.buttons[0].line)
        (after,) = await running.store.added_feeds()
        assert after.feed == before.feed
        tally, _ = await app.once(running, everything=True)
        assert (tally.polled, tally.entries) == (2, 0)


async def test_the_feeds_of_a_page_are_offered_by_buttons(made: World) -> None:
    made.feeds.publishes("/all.xml", rss("All", ITEMS))
    made.feeds.publishes("/law.xml", rss("Law", ITEMS))
    links = (alternate("/all.xml", "All news"), alternate("law.xml", "Law"), alternate("/all.xml", "Again"))
    noise = (alternate("/wp-json/oembed?url=1", "", "application/json"), alternate("/comments/feed/", "Comments"))
    made.feeds.publishes("/news", page(*links, *noise), "text/html")
    async with made.opens() as running:
        reply = await says(running, f"sources add {made.feeds.url('/news')} tier:analysis")
        assert "names 2 feeds. Which?" in reply.text
        assert [button.label for button in reply.buttons] == ["Add 1: All news", "Add 2: Law"]
        assert await running.store.added_feeds() == ()
        await says(running, reply.buttons[1].line)
        (one,) = await running.store.added_feeds()
        assert (one.feed.url, one.feed.tier, one.by) == (made.feeds.url("/law.xml"), "analysis", "slack:T1:U1")
        again = await says(running, f"sources add {made.feeds.url('/news')}")
        assert "/law.xml (listened to already)" in again.text
        assert len(again.buttons) == 1


@pytest.mark.parametrize("place", ["/feed", "/rss.xml", "/news/feed", "/feed.json"])
async def test_a_page_that_names_no_feed_is_searched_where_feeds_usually_lie(made: World, place: str) -> None:
    made.feeds.publishes("/news", page(), "text/html")
    document = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Found", "items": []})
    if place.endswith(".json"):
        made.feeds.publishes(place, document, "application/feed+json")
    else:
        made.feeds.publishes(place, rss("Found", ITEMS))
    assert "“Found” (" in await added(made, made.feeds.url("/news"))


async def test_a_news_sitemap_is_taken_where_there_is_no_feed(made: World) -> None:
    made.feeds.publishes("/", page(), "text/html")
    made.feeds.publishes(
        "/news-sitemap.xml",
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://news.invalid/s/1</loc>'
        f"<news:news><news:publication_date>{WHEN.isoformat()}</news:publication_date>"
        f"<news:title>{NEWS[1][0]}</news:title></news:news></url></urlset>",
        "application/xml",
    )
    text = await added(made, made.feeds.url("/"))
    assert "(a news sitemap), 1 item, the newest of" in text
    assert f"“{NEWS[1][0]}”: yes" in text


async def test_an_empty_feed_and_one_without_dates_are_taken_and_said_so(made: World) -> None:
    made.feeds.publishes("/empty.xml", rss("Empty", []))
    made.feeds.publishes("/undated.xml", rss("Undated", [Item("A rule on AI", "https://news.invalid/u/1")]))
    assert "It is empty for now, which is nothing unusual." in await added(made, made.feeds.url("/empty.xml"))
    assert "Its items carry no dates" in await added(made, made.feeds.url("/undated.xml"))


async def test_what_is_listened_to_already_is_said_so(made: World) -> None:
    assert "listens to that already: one (one)" in await added(made, made.feeds.url("/one.xml"))
    assert "listens to that already: one (one)" in await added(made, made.feeds.url("/one.xml/#top"))
    made.feeds.publishes("/news", page(alternate("/one.xml")), "text/html")
    assert "listens to that already: one (one)" in await added(made, made.feeds.url("/news"))


async def test_what_is_wrong_is_said_precisely(made: World) -> None:
    server = made.feeds
    server.publishes("/nothing", page(), "text/html")
    server.publishes("/wall", page(title="Just a moment..."), "text/html")
    server.publishes("/file.pdf", b"%PDF-1.7 ...", "application/pdf")
    server.publishes("/list", '<?xml version="1.0"?><sitemapindex><sitemap/></sitemapindex>', "application/xml")
    server.publishes("/plain", "<urlset><url><loc>https://a.example/</loc></url></urlset>", "application/xml")
    server.is_broken("/locked", 401)
    server.is_broken("/refused", 403)
    server.is_broken("/trouble", 503)
    server.redirects("/inward", "http://169.254.169.254/latest/meta-data/")
    wrong = {
        server.url("/missing"): "answered 404 (it is not there)",
        server.url("/locked"): "It needs a key or a password",
        server.url("/refused"): "answered 403 (it refuses us",
        server.url("/trouble"): "answered 503 (its server is in trouble)",
        server.url("/nothing"): "answered with a web page (HTML) instead of a feed; it names no feed that works",
        server.url("/wall"): "answered with a bot challenge page instead of a feed (blocked)",
        server.url("/file.pdf"): "answered with a PDF instead of a feed",
        server.url("/list"): "answered with a list of sitemaps, not with the news itself",
        server.url("/plain"): "answered with a sitemap that has no news in it",
        server.url("/inward"): "redirects: 169.254.169.254 is a private address: refused",
        "http://127.0.0.1:9/feed": "127.0.0.1 is a private address: refused",
        "http://[::ffff:10.0.0.1]/": "is a private address: refused",
        "http://0x7f000001/": "is an oddly written address: refused",
        "file:///etc/passwd": "is neither a link nor a story number",
        "https://user:pass@example.org/": "is neither a link nor a story number",
        "": "Say which: sources add https://example.org/news",
        f"{server.url('/one.xml')} quickly": "“quickly” is not understood here",
        f"{server.url('/one.xml')} colour:red": "“colour” is not understood here",
        f"{server.url('/one.xml')} tier:great": "There is no tier “great”. There are: primary, press",
        f"{server.url('/one.xml')} jurisdiction:atlantis": "There is no jurisdiction “atlantis”. Try: jurisdiction:",
        f"{server.url('/one.xml')} language:english": "A language is two small letters",
    }
    async with made.opens() as running:
        for address, told in wrong.items():
            assert told in (await says(running, f"sources add {address}")).text, address
        assert await running.store.added_feeds() == ()


async def test_a_configured_feed_is_not_removed_by_chat(made: World) -> None:
    async with made.opens() as running:
        assert "one stands in feeds.toml" in (await says(running, "sources remove one")).text
        assert "There is no feed “on”. Did you mean: one?" in (await says(running, "sources remove on")).text


async def test_sources_are_found_by_words_with_their_habit(made: World) -> None:
    made.has_feed("herald")
    heard = tuple(datetime.now(UTC) - timedelta(days=3 * n) for n in range(8, 0, -1))
    async with made.opens() as running:
        now = datetime.now(UTC)
        memory = Memory("herald", polled_at=now, ok_at=now, baseline_at=now, heard=heard)
        await running.store.record(memory, (), now)
        text = (await says(running, "sources herald")).text
        assert text.startswith("1 of 1 source healthy.")
        assert "✓ herald (herald): last heard just now, asked at every turn, as configured; newest item" in text
        assert "newest item 3 days ago, usually about every 3 days" in text
        assert "one (one)" not in text
        assert (await says(running, "sources nonesuch")).text.startswith("No source says “nonesuch”.")


async def test_an_added_feed_gives_way_to_a_configured_one_of_its_address(made: World) -> None:
    made.feeds.publishes("/new.xml", rss("New", ITEMS))
    await added(made, made.feeds.url("/new.xml"))
    made.publishes("new", BACKGROUND[0])
    async with made.opens() as running:
        text = (await says(running, "sources")).text
        assert "new (new)" in text
        assert "127-0-0-1" not in text


async def test_no_one_learns_of_the_channels_of_another_workspace(made: World) -> None:
    made.publishes("one", NEWS[0])
    elsewhere = Channel("slack", "T2", "C9SECRET")
    for channel in (elsewhere, SLACK):
        await made.subscribes(channel)
    async with made.opens() as running:
        await app.once(running, everything=True)
        (story,) = await running.store.latest(1)
        brief = await running.store.brief(story.id) or await running.room.writer.brief(story, datetime.now(UTC))
        now = datetime.now(UTC)
        await running.store.publish(brief, (Alert(elsewhere, ("ai",)), Alert(SLACK, ("ai",))), now, asked=True)
        for delivery in await running.store.deliveries(story.id):
            await running.store.claim(now, ("slack",), lease=timedelta(minutes=1), gaps={}, limit=9)
            await running.store.settle(delivery.id, Refused("is closed", ""), now, timedelta(0))
        beside = Caller(Channel("slack", "T1", "C7"), "U3", "admin")
        for line in ("status", "sources", f"why {story.id}"):
            assert "C9SECRET" not in (await says(running, line, beside)).text
        assert "slack channel C1: a message was not delivered" in (await says(running, "status", beside)).text
        operator = Caller(app.TERMINAL, "operator", "manager", operator=True)
        assert "slack channel C9SECRET: a message was not delivered" in (await says(running, "status", operator)).text
