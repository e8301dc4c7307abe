"""core.heads: the hub a feed names, its own address, and how often it wants to be asked."""

import pytest

from bot.core.heads import Head, read
from bot.model import Fresh

HUB, TOPIC = "https://hub.example/", "https://a.example/feed"

RSS = f"""<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>A</title>
<atom:link rel="self" href="{TOPIC}"/><atom:link href='{HUB}' rel='hub'/><ttl>30</ttl>
<item><title>One</title><link>https://a.example/1</link></item></channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><link rel="self" href="/feed"/><link rel="hub" href="{HUB}"/>
<entry><title>One</title></entry></feed>"""
JSON = f'{{"version": "https://jsonfeed.org/version/1.1", "feed_url": "{TOPIC}", "hubs": [{{"type": "WebSub", "url": "{HUB}"}}]}}'


def answer(body: str, *, link: str = "", max_age: int = 0, url: str = TOPIC) -> Fresh:
    return Fresh(body.encode(), "application/xml", "", url, link=link, max_age=max_age)


@pytest.mark.parametrize(
    ("fresh", "head"),
    [
        (answer(RSS), Head(HUB, TOPIC, 1800)),
        (answer(ATOM), Head(HUB, TOPIC)),
        (answer(JSON), Head(HUB, TOPIC)),
        (answer("<rss/>", link=f'<{HUB}>; rel="hub", <{TOPIC}>; rel=self'), Head(HUB, TOPIC)),
        (answer(RSS, link='<https://other.example/>; rel="hub"'), Head("https://other.example/", TOPIC, 1800)),
        (answer("<rss><channel><title>A</title></channel></rss>", max_age=600), Head(hint=600)),
        (answer(RSS, max_age=3600), Head(HUB, TOPIC, 3600)),
    ],
)
def test_hub_and_topic_are_found_where_publishers_put_them(fresh: Fresh, head: Head) -> None:
    assert read(fresh) == head


def test_without_an_address_of_its_own_a_feed_is_known_by_where_it_was_found() -> None:
    assert read(answer(f'<rss><channel><atom:link rel="hub" href="{HUB}"/></channel></rss>')).topic == TOPIC


def test_a_hub_that_an_item_names_is_not_the_feed_s() -> None:
    item = f'<rss><channel><item><atom:link rel="hub" href="{HUB}"/></item></channel></rss>'
    assert read(answer(item)).hub == ""


@pytest.mark.parametrize("href", ["http://hub.example/", "javascript:alert(1)", "https://[", "x" * 3000])
def test_a_hub_less_safe_than_the_feed_or_without_an_address_is_none(href: str) -> None:
    assert read(answer(f'<rss><channel><atom:link rel="hub" href="{href}"/></channel></rss>')).hub == ""


def test_a_period_is_read_with_its_frequency_and_bounded() -> None:
    often = "<sy:updatePeriod> hourly </sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>"
    assert read(answer(f"<rss><channel>{often}</channel></rss>")).hint == 1800
    assert read(answer("<rss><channel><ttl>999999</ttl></channel></rss>")).hint == 86_400


def test_what_is_no_feed_has_no_head() -> None:
    for body in ("", "{", '{"hubs": 3}', "[]", '{"hubs": [1, {"type": 3}]}', "\x00\xff"):
        assert read(answer(body)) == Head()
