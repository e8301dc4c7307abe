"""Which feeds a page names, where else they lie, and how the catalogue tells one from another."""

from datetime import timedelta

import pytest

from bot.core import cadence, catalogue, discovery
from bot.model import Added, Feed, Fresh
from tests.core.vocabulary import NOW


def answer(body: str, url: str = "https://a.example/news/", kind: str = "text/html") -> Fresh:
    return Fresh(body.encode(), kind, "", url)


def test_the_feeds_of_a_page_are_found_in_any_spelling_each_once() -> None:
    page = """<html><head><base href="/en/">
        <LINK REL="Alternate home" TYPE="application/rss+xml; charset=utf-8" HREF=" feed?utm_source=x ">
        <link rel=alternate type=application/atom+xml href=https://b.example/atom title="The &lt;B&gt;">
        <link rel="alternate" type="application/rss+xml" href="feed">
        <link rel="alternate" hreflang="de" href="/de"><link rel="stylesheet" type="text/css" href="x.css">
        <link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
        <link rel="alternate" type="application/json" href="/wp-json/x">"""
    found = discovery.links(answer(page))
    assert found is not None
    assert [(link.url, link.title) for link in found] == [
        ("https://a.example/en/feed", ""),
        ("https://b.example/atom", "The <B>"),
    ]


@pytest.mark.parametrize(
    "body", ["", "<html>", "<html" + "<div>" * 30_000, "<html><link rel='alternate' type='text/xml' href='http://['>"]
)
def test_a_hostile_page_names_nothing(body: str) -> None:
    assert discovery.links(answer(body)) == ()


def test_what_is_no_page_is_said_to_be_none() -> None:
    assert discovery.links(answer("%PDF-1.7", kind="application/pdf")) is None


def test_places_are_guessed_beside_the_page_and_at_the_top_each_once() -> None:
    feeds, sitemaps = discovery.guesses("https://a.example/news?x=1#y")
    assert feeds[:2] == ("https://a.example/news/feed", "https://a.example/feed")
    assert len(set(feeds)) == len(feeds) == 8
    assert all(place.startswith("https://a.example/") for place in sitemaps)


@pytest.mark.parametrize(
    ("body", "kind", "form", "title"),
    [
        ('<rss version="2.0"><channel><title>R &amp; D</title></channel></rss>', "rss", "RSS 2.0", "R & D"),
        ('<feed xmlns="http://www.w3.org/2005/Atom"><title>At</title></feed>', "atom", "Atom", "At"),
        (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
            "<channel><title>Old</title></channel></rdf:RDF>",
            "rdf",
            "RSS 1.0",
            "Old",
        ),
        ('{"version": "https://jsonfeed.org/version/1", "title": "J", "items": []}', "json", "JSON Feed", "J"),
        ('{"count": 0, "results": []}', "json", "documents of the Federal Register", "Federal Register"),
        ("<urlset></urlset>", "sitemap", "a news sitemap", ""),
    ],
)
def test_a_feed_is_called_what_it_is(body: str, kind: str, form: str, title: str) -> None:
    sight = discovery.seen(Feed("x", "https://a.example/", "X"), answer(body, kind=""), NOW)
    assert (sight.kind, sight.form, sight.title, sight.entries) == (kind, form, title, ())
    assert not sight.undated


def test_addresses_of_one_feed_are_one_place() -> None:
    same = ("https://www.a.example/feed/", "http://a.example/feed", "https://A.example/feed?utm_source=x#y")
    assert len({catalogue.place(url) for url in same}) == 1
    assert catalogue.place("https://a.example/feed?id=1") != catalogue.place("https://a.example/feed?id=2")


def test_ids_are_made_of_the_site_and_never_taken_twice() -> None:
    assert catalogue.named_like("https://www.a.example/x", set()) == "a-example"
    assert catalogue.named_like("https://a.example/y", {"a-example", "a-example-2"}) == "a-example-3"
    assert catalogue.named_like("https://münchen.example/", set()) == "munchen-example"


def test_a_configured_feed_hides_an_added_one_of_its_id_or_address() -> None:
    own = (Feed("a", "https://a.example/feed", "A"),)
    added = tuple(
        Added(Feed(name, url, name), "x", NOW)
        for name, url in (("a", "https://z.example/"), ("b", "http://www.a.example/feed/"), ("c", "https://c.example/"))
    )
    assert [feed.id for feed in catalogue.together(own, added)] == ["a", "c"]


def test_a_habit_is_the_usual_pause() -> None:
    assert cadence.habit(tuple(NOW + timedelta(days=n) for n in range(8))) == "about daily"
    assert cadence.habit(tuple(NOW + timedelta(days=7 * n) for n in range(8))) == "about every 7 days"
    assert cadence.habit((NOW,)) == ""
