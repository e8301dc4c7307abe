"""core.formats: what publishers serve becomes entries and article text, whatever its shape."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.addresses import canonical
from bot.core.formats import NotAFeed, entries
from bot.model import Entry, Feed
from tests.standins.feeds import Item, rss

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FEED = Feed(id="f", url="https://a.example/feed", name="The Example", jurisdiction="EU", tier="primary")
SHARED = Path(__file__).parents[3] / "shared" / "feeds"


def read(document: str | bytes, content_type: str = "application/rss+xml") -> tuple[Entry, ...]:
    return entries(FEED, document.encode() if isinstance(document, str) else document, content_type, FEED.url, NOW)


def test_an_item_becomes_an_entry_with_the_feed_s_standing() -> None:
    item = Item("Act <b>adopted</b> &amp; signed", "https://a.example/1?utm_source=rss", "<p>One.</p><p>Two.</p>", NOW)
    (entry,) = read(rss("x", [item]))
    assert (entry.title, entry.link, entry.text) == ("Act adopted & signed", "https://a.example/1", "One.\nTwo.")
    assert (entry.outlet, entry.tier, entry.jurisdiction, entry.published) == ("The Example", "primary", "EU", NOW)


def test_an_entry_keeps_its_identity_when_dates_order_and_tracking_change() -> None:
    one, two = Item("A", "https://a.example/1?utm_source=x", "", NOW), Item("B", "https://a.example/2", "", NOW)
    later = replace(one, link="https://a.example/1?utm_source=y&fbclid=z#top", published=NOW - timedelta(days=1))
    assert {entry.key for entry in read(rss("x", [one, two]))} == {entry.key for entry in read(rss("x", [two, later]))}


@pytest.mark.parametrize("place", ["v2.3.15", "2.3.15#2.3.15", "2026-11-26", "entry-7", "100"])
def test_places_of_one_page_are_items_of_their_own(place: str) -> None:
    page, there = Item("A", "https://a.example/log"), Item("B", f"https://a.example/log#{place}")
    assert [entry.link for entry in read(rss("x", [page, there]))] == ["https://a.example/log"] * 2
    named = replace(page, guid=f"https://a.example/log#{place}")
    assert len({entry.key for entry in read(rss("x", [page, named]))}) == 2


@pytest.mark.parametrize(("name", "number"), [("changelog", 115), ("next_changelog", 147)])
def test_the_items_of_a_real_changelog_differ(name: str, number: int) -> None:
    found = SHARED / "hard" / f"olshansk-rss-feeds__feed_windsurf_{name}.xml"
    if not found.exists():
        pytest.skip(f"there is no {found}")
    assert len({entry.key for entry in read(found.read_bytes())}) == number


@pytest.mark.parametrize("fragment", ["top", "0", "1", "xtor=RSS-3208", "utm_source=rss-2", "ref=rss-1", ""])
def test_a_fragment_that_names_no_place_makes_no_other_item(fragment: str) -> None:
    page, again = Item("A", "https://a.example/1"), Item("A", f"https://a.example/1#{fragment}")
    assert len(read(rss("x", [page, again]))) == 1


def test_a_guid_wins_over_a_changed_link() -> None:
    before, after = Item("A", "https://a.example/old", guid="tag:1"), Item("A", "https://a.example/new", guid="tag:1")
    assert read(rss("x", [before]))[0].key == read(rss("x", [after]))[0].key


def test_the_same_item_twice_in_a_document_is_one() -> None:
    item = Item("A", "https://a.example/1")
    assert len(read(rss("x", [item, item]))) == 1


def test_a_date_in_the_future_is_taken_as_now_and_none_stays_none() -> None:
    ahead, undated = Item("A", "https://a.example/1", "", NOW + timedelta(days=400)), Item("B", "https://a.example/2")
    assert [entry.published for entry in read(rss("x", [ahead, undated]))] == [NOW, None]


def test_american_time_zones_are_known() -> None:
    document = rss("x", [Item("A", "https://a.example/1")]).replace(
        "</item>", "<pubDate>Mon, 23 Nov 2026 09:00:00 EST</pubDate></item>"
    )
    assert read(document)[0].published == datetime(2026, 11, 23, 14, tzinfo=UTC)


def test_json_feed_and_federal_register_documents_are_feeds() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [
            {
                "id": 7,
                "url": "https://a.example/7",
                "title": "Seven",
                "content_html": "<p>Text</p>",
                "date_published": "2026-11-23T10:00:00Z",
            }
        ],
    }
    (entry,) = read(json.dumps(feed))
    assert (entry.key, entry.title, entry.text, entry.published) == (
        "7",
        "Seven",
        "Text",
        datetime(2026, 11, 23, 10, tzinfo=UTC),
    )
    register = {"count": 1, "results": [
        {"title": "Rule", "abstract": "About AI.", "html_url": "https://fr.example/d/2026-1", "publication_date": "2026-11-20",
         "document_number": "2026-1"}]}  # fmt: skip
    (entry,) = read(json.dumps(register))
    assert (entry.key, entry.link, entry.text) == ("2026-1", "https://fr.example/d/2026-1", "About AI.")


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("", "empty document"),
        ("<!doctype html><html><body>Welcome</body></html>", "web page (HTML)"),
        ("<html><title>Just a moment...</title></html>", "challenge page"),
        ("{", "broken JSON"),
        ('{"hello": 1}', "neither a JSON Feed nor"),
        ("%PDF-1.7", "PDF"),
        ("what is this", "not a feed"),
    ],
)
def test_what_is_no_feed_says_what_it_is(document: str, reason: str) -> None:
    with pytest.raises(NotAFeed, match=reason.replace("(", r"\(").replace(")", r"\)")):
        read(document)


def test_an_empty_feed_is_a_normal_state() -> None:
    assert read(rss("x", [])) == ()


@pytest.mark.parametrize(
    ("link", "wanted"),
    [
        ("HTTPS://A.Example:443/x?b=1&utm_medium=rss&a=2#frag", "https://a.example/x?b=1&a=2"),
        ("http://a.example", "http://a.example/"),
        ("https://www.google.com/url?q=https://a.example/1&sa=U", "https://a.example/1"),
        ("javascript:alert(1)", ""),
        ("https://user@a.example/", ""),
        ("https://a.example:99999/", ""),
        ("", ""),
    ],
)
def test_an_address_is_freed_of_what_does_not_belong_to_it(link: str, wanted: str) -> None:
    assert canonical(link) == wanted


def real_documents() -> list[Path]:
    return sorted([*(SHARED / "live").glob("*"), *(SHARED / "hard").glob("*")]) if SHARED.is_dir() else []


def test_real_and_broken_documents_are_read_or_refused_within_two_seconds_each() -> None:
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not here: the real feed documents are not part of the project")
    for path in real_documents():
        started = time.thread_time()  # other work on the machine is not the document's
        try:
            found = entries(FEED, path.read_bytes(), "application/xml", FEED.url, NOW)
        except NotAFeed:
            pass
        else:
            assert all(entry.key and entry.title for entry in found)
            assert found or path.parent.name != "live"
        assert time.thread_time() - started < 2, path.name


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (
            b'<?xml version="1.0"?><opml version="2.0"><head/></opml>',
            "a list of feeds (OPML) instead of a feed; regpulse feeds import",
        ),
        (
            b"<?xml version='1.0'?><!-- a --><note><to>x</to></note>",
            "something that is not a feed (it begins with <note>)",
        ),
        (b"Nothing here.", "something that is not a feed"),
        (b"\x1f\x8b\x08\x00", "a packed file instead of a feed"),
    ],
)
def test_what_is_no_feed_is_said_to_be_what_it_is(document: bytes, told: str) -> None:
    with pytest.raises(NotAFeed) as raised:
        read(document)
    assert told in str(raised.value)
