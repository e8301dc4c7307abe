"""News sitemaps, read as feeds."""

import time
from datetime import UTC, datetime

import pytest

from bot.core import formats, sitemap
from bot.core.formats import NotAFeed
from bot.model import Entry, Feed
from tests.core.vocabulary import NOW

FEED = Feed("a", "https://a.example/news.xml", "The A", kind="sitemap")
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!-- made by hand -->\n'
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
)


def news(title: str, link: str = "https://a.example/1", date: str = "2026-11-24T10:00:00+01:00", more: str = "") -> str:
    return (
        f"<url><loc>{link}</loc><lastmod>2026-11-20</lastmod><news:news><news:publication><news:name>The A Daily</news:name>"
        f"<news:language>fr</news:language></news:publication><news:publication_date>{date}</news:publication_date>"
        f"<news:title>{title}</news:title></news:news>{more}</url>"
    )


def read(document: str | bytes) -> tuple[Entry, ...]:
    body = document.encode() if isinstance(document, str) else document
    return formats.unread(FEED, body, "application/xml", FEED.url, NOW).entries


def test_title_link_date_outlet_and_language_are_read() -> None:
    image = "<image:image><image:loc>https://img.example/x.jpg</image:loc><image:title>A picture</image:title></image:image>"
    (entry,) = read(
        HEAD
        + news("Fines &amp; rules <![CDATA[for <b>AI</b>]]>", "https://a.example/1?a=1&amp;b=2", more=image)
        + "</urlset>"
    )
    assert entry.title == "Fines & rules for AI"
    assert entry.link == entry.key == "https://a.example/1?a=1&b=2"
    assert entry.published == datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert (entry.outlet, entry.language, entry.text) == ("The A Daily", "fr", "")


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("2026-11-24", datetime(2026, 11, 24, tzinfo=UTC)),
        ("2026-11-24T08:30Z", datetime(2026, 11, 24, 8, 30, tzinfo=UTC)),
        ("2030-01-01", NOW),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_date_may_be_a_day_and_is_never_in_the_future(date: str, moment: datetime | None) -> None:
    (entry,) = read(HEAD + news("A rule", date=date) + "</urlset>")
    assert entry.published == moment


def test_pages_that_are_no_news_are_left_out() -> None:
    document = HEAD + "<url><loc>https://a.example/about</loc></url>" + news("A rule") + "</urlset>"
    assert [entry.title for entry in read(document)] == ["A rule"]
    assert read(HEAD + "</urlset>") == ()


def test_a_prefixed_sitemap_is_read_the_same() -> None:
    document = (
        '<s:urlset xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="n"><s:url><s:loc>https://a.example/9</s:loc>'
        "<news:news><news:title>A rule</news:title></news:news></s:url></s:urlset>"
    )
    assert [entry.link for entry in read(document)] == ["https://a.example/9"]


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>'


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (HEAD + news("A rule"), "so broken"),
        ("<sitemapindex><sitemap><loc>https://a.example/1.xml</loc></sitemap></sitemapindex>", "a list of sitemaps"),
        ("<urlset><url><loc>https://a.example/</loc></url></urlset>", "no news in it"),
        (BOMB, "not a feed"),
        ('<?xml version="1.0" encoding="odd-9"?><urlset></urlset>', "unknown encoding"),
    ],
)
def test_what_cannot_be_heard_is_said(document: str, told: str) -> None:
    with pytest.raises(NotAFeed, match=told):
        read(document)


def test_entities_are_refused_before_they_are_read() -> None:
    with pytest.raises(sitemap.NotNews, match="declares entities"):
        sitemap.items(BOMB.encode())


def test_a_feed_that_speaks_of_sitemaps_is_a_feed() -> None:
    document = (
        '<rss version="2.0"><channel><title>X</title><item><title>Use &lt;urlset&gt;</title>'
        "<description><![CDATA[<urlset></urlset>]]></description></item></channel></rss>"
    )
    assert [entry.title for entry in read(document)] == ["Use"]


@pytest.mark.parametrize("piece", [b"<!---->", b"<!-- - -->", b"<?x ?>", b" ", b"<!--", b"<?", b"<!DOCTYPE x>"])
def test_looking_for_a_sitemap_takes_no_time(piece: bytes) -> None:
    """A pattern that tries every way to part a row of comments would not end within a life."""
    started = time.process_time()
    assert not sitemap.is_sitemap(piece * 5_000 + b"<rss>")
    assert time.process_time() - started < 1
