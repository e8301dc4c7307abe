"""Finding the feed of a site: what an answer is, which feeds a page names, and where else one usually lies."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit, urlunsplit

from bot.core import formats, sitemap
from bot.core.addresses import canonical
from bot.core.text import clean, shorten
from bot.model import Entry, Feed, Fresh

Kind = Literal["rss", "atom", "rdf", "json", "sitemap"]

MOST_LINKS = 8
MOST_MARKUP = 1_000_000
LONGEST_NAME = 80

USUAL = ("feed", "rss.xml", "feed.xml", "atom.xml", "index.xml", "rss", "feed.json")
SITEMAPS = ("news-sitemap.xml", "sitemap-news.xml", "sitemap_news.xml", "news_sitemap.xml")
"""Asked in this order, the next only where the one before is none."""

_TYPES = (
    "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "application/json",
    "application/xml", "text/xml",
)  # fmt: skip
_MACHINES = ("oembed", "wp-json", "/comments/", "comments/feed")
"""Of what pages name as feeds, what never tells news."""


@dataclass(frozen=True, slots=True)
class Link:
    """A feed that a page names."""

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Sight:
    """A feed as it was seen: what it is and calls itself, and its items, newest first."""

    kind: Kind
    form: str
    """ "RSS 2.0", for a person."""
    title: str
    entries: tuple[Entry, ...]

    @property
    def undated(self) -> bool:
        return bool(self.entries) and not any(entry.published for entry in self.entries)

    @property
    def newest(self) -> datetime | None:
        return max((entry.published for entry in self.entries if entry.published), default=None)


def seen(feed: Feed, fresh: Fresh, now: datetime) -> Sight:
    """What the answer holds. Raises formats.NotAFeed."""
    entries = formats.entries(feed, fresh.body, fresh.content_type, fresh.url, now)
    kind, form, title = _described(fresh)
    dated = sorted(entries, key=lambda entry: entry.when, reverse=True)
    return Sight(kind, form, shorten(clean(title), LONGEST_NAME), tuple(dated))


def _described(fresh: Fresh) -> tuple[Kind, str, str]:
    start = fresh.body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] in (b"{", b"["):
        return _described_json(fresh.body)
    if sitemap.is_sitemap(fresh.body):
        return "sitemap", "a news sitemap", ""
    import feedparser  # with the first document: no start needs it

    headers = {"content-type": fresh.content_type or "application/xml", "content-location": fresh.url}
    parsed = feedparser.parse(fresh.body, response_headers=headers, sanitize_html=False)
    version, title = str(parsed.get("version") or ""), str(parsed.feed.get("title") or "")
    if version.startswith("atom"):
        return "atom", "Atom", title
    if version in ("rss10", "rss090"):
        return "rdf", "RSS 1.0", title
    return "rss", "RSS 2.0" if version == "rss20" else "RSS", title


def _described_json(body: bytes) -> tuple[Kind, str, str]:
    document: Any = json.loads(body)
    table: Mapping[str, Any] = document if isinstance(document, dict) else {}
    if "items" in table:
        return "json", "JSON Feed", str(table.get("title") or "")
    return "json", "documents of the Federal Register", "Federal Register"


def links(fresh: Fresh) -> tuple[Link, ...] | None:
    """The feeds that a page names, each once; None where the answer is no page."""
    body = fresh.body[:MOST_MARKUP]
    if "html" not in fresh.content_type.lower() and b"<html" not in body[:4096].lower():
        return None
    import lxml.etree  # with the first page
    import lxml.html

    try:
        root = lxml.html.document_fromstring(body)
    except (lxml.etree.LxmlError, ValueError):
        return ()
    base = urljoin(fresh.url, next((str(one.get("href") or "") for one in root.iter("base")), ""))
    found: dict[str, Link] = {}
    for link in root.iter("link"):
        rel, kind = str(link.get("rel") or "").lower().split(), str(link.get("type") or "").lower().partition(";")[0]
        if "alternate" in rel and kind.strip() in _TYPES and (url := _joined(base, str(link.get("href") or ""))):
            found.setdefault(url, Link(url, shorten(clean(str(link.get("title") or "")), LONGEST_NAME)))
    return tuple(found.values())[:MOST_LINKS]


def _joined(base: str, href: str) -> str:
    try:
        url = canonical(urljoin(base, href.strip()))
    except ValueError:
        return ""
    return "" if any(word in url for word in _MACHINES) else url


def guesses(url: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Where a feed of this page may lie, and where a news sitemap may: beside the page, and at the top of its site."""
    parts = urlsplit(url)
    top = urlunsplit((parts.scheme, parts.netloc, "/", "", ""))
    beside = urlunsplit((parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/", "", ""))
    feeds = [urljoin(beside, USUAL[0]), *(urljoin(top, name) for name in USUAL)]
    return tuple(dict.fromkeys(feeds)), tuple(urljoin(top, name) for name in SITEMAPS)
