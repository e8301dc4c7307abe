"""Reads a news sitemap, the list of new pages that a publisher keeps for search engines, as a feed.

Its form: sitemaps.org/protocol.html, with <news:news> in it as developers.google.com/search/docs describes it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from xml.parsers import expat

from bot.core.markup import to_text

_ROOT = re.compile(
    rb"\s*(?:<\?[^>]*\?>\s*|<!--(?:[^-]|-(?!->))*-->\s*)*<(?:[\w.-]+:)?(?:urlset|sitemapindex)[\s>/]", re.S
)
_READ = {
    "loc": "link",
    "news:title": "title",
    "news:publication_date": "date",
    "news:name": "outlet",
    "news:language": "language",
}
_LONGEST = 2_000
"""Characters of one value."""


class NotNews(ValueError):
    """A sitemap that cannot be heard; the text is one line for a person."""


def is_sitemap(body: bytes) -> bool:
    """Whether the document begins as a sitemap does."""
    return bool(_ROOT.match(body[:4096].removeprefix(b"\xef\xbb\xbf")))


def items(body: bytes) -> Iterator[Mapping[str, Any]]:
    """Its pages, as feed items are read. Raises NotNews."""
    reading = _Reading()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = reading.opened
    parser.EndElementHandler = reading.closed
    parser.CharacterDataHandler = reading.said
    try:
        parser.Parse(body.lstrip(), True)
    except expat.ExpatError as error:
        raise NotNews("answered with a sitemap so broken that it cannot be read") from error
    except (ValueError, LookupError) as error:
        raise (
            error if isinstance(error, NotNews) else NotNews("answered with a sitemap in an unknown encoding")
        ) from error
    if reading.root == "sitemapindex":
        raise NotNews("answered with a list of sitemaps, not with the news itself")
    if reading.pages and not any("title" in page for page in reading.pages):
        raise NotNews("answered with a sitemap that has no news in it, only addresses")
    return (_item(page) for page in reading.pages if "title" in page)


def _refuse(*declared: object) -> None:
    raise NotNews("answered with a sitemap that declares entities: refused")


def _item(page: Mapping[str, str]) -> Mapping[str, Any]:
    said = {name: page.get(name, "").strip() for name in _READ.values()}
    return {
        "id": said["link"],
        "link": said["link"],
        "title": to_text(said["title"]),
        "texts": (),
        "author": "",
        "outlet": said["outlet"],
        "language": said["language"],
        "published": _moment(said["date"]),
    }


def _moment(text: str) -> datetime | None:
    """A W3C date, which may be a day, or have no seconds."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


@dataclass(slots=True)
class _Reading:
    root: str = ""
    prefix: str = ""
    """Of the protocol's own names."""
    pages: list[dict[str, str]] = field(default_factory=list)
    path: list[str] = field(default_factory=list)

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        if not self.path:
            self.prefix, _, self.root = name.rpartition(":")
        self.path.append(name.removeprefix(f"{self.prefix}:") if self.prefix else name)
        if self.path[-1] == "url" and len(self.path) == 2:
            self.pages.append({})

    def closed(self, name: str) -> None:
        self.path.pop()

    def said(self, text: str) -> None:
        wanted = _READ.get(self.path[-1]) if len(self.path) > 2 and self.path[1] == "url" else None
        if wanted:
            page = self.pages[-1]
            page[wanted] = (page.get(wanted, "") + text)[:_LONGEST]
