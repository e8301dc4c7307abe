"""Reads the feed documents that publishers serve into entries."""

import calendar
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.core import bounded, items, sitemap, usual
from bot.core.addresses import canonical, of_item
from bot.core.markup import to_text
from bot.core.text import clean, shorten
from bot.model import Cause, Entry, Feed, Recall

MAX_ENTRIES = 2_000
MAX_TITLE = 500
MAX_TEXT = 50_000


class NotAFeed(ValueError):
    """The document is no feed; the text is one line for a person. `cause` says whether somebody keeps us out."""

    def __init__(self, reason: str, cause: Cause = "not a feed") -> None:
        super().__init__(reason)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Document:
    """What a feed document holds beside the items read before."""

    entries: tuple[Entry, ...]
    total: int
    """How many entries it has, those read before among them."""
    marks: tuple[tuple[bytes, str], ...] = ()
    """Of the entries: the mark and the key of each item. Empty when the document had to be read whole."""
    known: bytes = b""
    """Of the items read before that are still there, as `items` packs them."""
    packed: bytes = b""
    """The marks, packed alike."""

    def settled(self, recall: Recall) -> bytes:
        """What need not be read again, once these entries are stored.

        An item that no longer says what is stored is read each time, for it may be a correction of what is told later.
        """
        if not recall.keys:
            return self.known + self.packed
        new = [(mark, key) for mark, key in self.marks if key not in recall.keys or key in recall.same]
        return self.known + items.pack([(mark, items.mark_of(key)) for mark, key in new])

    def shows(self, keys: Iterable[str]) -> frozenset[str]:
        """Of these keys, those whose items it has."""
        known, read = set(items.unpack(self.known).values()), {entry.key for entry in self.entries}
        return frozenset(key for key in keys if key in read or items.mark_of(key) in known)


# Feeds


def unread(feed: Feed, body: bytes, content_type: str, url: str, now: datetime, known: bytes = b"") -> Document:
    """The entries of the items that are not among the `known`; feedparser is given only the unusual among them.

    They are those that `entries` would give, without the known. Raises NotAFeed.
    """
    cut = _cut(body, content_type, url)
    if cut:
        marks = items.unpack(known)
        rows = _usual(cut, marks, url)
        if _complete(rows, cut, content_type, url):
            return _document(feed, cut, rows, marks, now)
    found = entries(feed, body, content_type, url, now)
    return Document(found, len(found))


def straight(
    feed: Feed, body: bytes, content_type: str, url: str, now: datetime, known: bytes = b""
) -> Document | None:
    """The same, where that can be told without feedparser; None where it cannot."""
    cut = _cut(body, content_type, url)
    if cut is None:
        return None
    marks = items.unpack(known)
    rows = _usual(cut, marks, url)
    return None if None in rows.values() else _document(feed, cut, rows, marks, now)


_Row = Mapping[str, Any]


def _cut(body: bytes, content_type: str, url: str) -> items.Cut | None:
    try:
        cut = items.cut(body, content_type, url)
    except items.Unusual:
        return None
    return cut if cut.marks else None


def _usual(cut: items.Cut, known: Mapping[bytes, bytes], url: str) -> dict[int, _Row | None]:
    """The unknown items by their number, None for those left to feedparser."""
    wanted = [at for at, mark in enumerate(cut.marks[:MAX_ENTRIES]) if mark not in known]
    if not wanted:
        return {}
    try:
        return dict(zip(wanted, usual.read(cut, url, wanted), strict=True))
    except items.Unusual:
        return dict.fromkeys(wanted)


def _complete(rows: dict[int, _Row | None], cut: items.Cut, content_type: str, url: str) -> bool:
    """Have feedparser read the odd items; False when it finds more or fewer than it was given."""
    odd = [at for at, row in rows.items() if row is None]
    found = list(_xml_items(cut.only(frozenset(odd)), content_type, url)) if odd else []
    rows.update(zip(odd, found, strict=False))
    return len(found) == len(odd)


def _document(
    feed: Feed, cut: items.Cut, rows: Mapping[int, _Row | None], known: Mapping[bytes, bytes], now: datetime
) -> Document:
    keys: set[bytes] = set()
    old, new, packed = [], [], []
    for at, mark in enumerate(cut.marks[:MAX_ENTRIES]):
        if mark in known:
            keys.add(known[mark])
            old.append((mark, known[mark]))
        elif ((row := rows[at]) and (entry := _entry(feed, row, now))) and (
            key := items.mark_of(entry.key)
        ) not in keys:
            keys.add(key)
            new.append((mark, entry))
            packed.append((mark, key))
    return Document(
        entries=tuple([entry for _, entry in new]),
        total=len(keys),
        marks=tuple([(mark, entry.key) for mark, entry in new]),
        known=items.pack(old),
        packed=items.pack(packed),
    )


_FEED = re.compile(rb"<(?:\w+:)?(rss|feed|rdf)\b", re.I)


def breaks_off(body: bytes) -> bool:
    """Whether the document begins as a feed and does not end as one: the rest may have been lost on the way."""
    body = body.replace(b"\0", b"")  # of UTF-16
    begun = _FEED.search(body, 0, MOST_BEFORE)
    return bool(begun and not re.search(rb"</(?:\w+:)?" + begun[1] + rb"\b|<[^<>]*/>\s*$", body[begun.end() :], re.I))


def entries(feed: Feed, body: bytes, content_type: str, url: str, now: datetime) -> tuple[Entry, ...]:
    """The document's items, newest as the publisher orders them; none is a normal state of a feed.

    What it is, is read from its content; `feed.kind` may be wrong. Raises NotAFeed.
    """
    start = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise NotAFeed("answered with an empty document")
    if start.startswith(b"\x1f\x8b"):
        raise NotAFeed("answered with a packed file instead of a feed")
    rows = _rows(start, body, content_type, url)
    found: dict[str, Entry] = {}
    for item in rows:
        entry = _entry(feed, item, now)
        if entry and entry.key not in found:
            found[entry.key] = entry
        if len(found) == MAX_ENTRIES:
            break
    return tuple(found.values())


def _rows(start: bytes, body: bytes, content_type: str, url: str) -> Iterator[Mapping[str, Any]]:
    if start[:1] in (b"{", b"["):
        return _json_items(body)
    if not sitemap.is_sitemap(body):
        return _xml_items(body, content_type, url)
    try:
        return sitemap.items(body)
    except sitemap.NotNews as error:
        raise NotAFeed(str(error)) from error


def _entry(feed: Feed, item: Mapping[str, Any], now: datetime) -> Entry | None:
    link = canonical(item["link"])
    text = max(item["texts"], key=len, default="")[:MAX_TEXT]
    title = clean(item["title"])[:MAX_TITLE] or shorten(clean(text), 120)
    if not title:
        return None
    published = item["published"]
    return Entry(
        feed=feed.id,
        key=_key(item["id"], item["link"], title, published),
        title=title,
        link=link,
        text=text,
        outlet=clean(item["outlet"])[:100] or feed.name,
        tier=feed.tier,
        jurisdiction=feed.jurisdiction,
        language=(item["language"] or feed.language).lower()[:2],
        published=min(published, now) if published else None,
        seen=now,
        author=clean(item["author"])[:200],
    )


def _key(given: str, link: str, title: str, published: datetime | None) -> str:
    """The publisher's id, freed of tracking parameters where it is an address; else the link; else what it says."""
    key = of_item(given) or given.strip() or of_item(link)
    if not key:
        key = f"{title}\n{published.date() if published else ''}"
    return key if len(key) <= 200 and "\n" not in key else hashlib.sha256(key.encode()).hexdigest()


# XML


MOST_BEFORE = 20_000
"""Bytes before the first element: a declaration, perhaps a document type, a comment."""

_ELEMENT = re.compile(rb"<\x00{0,3}\w")


def _xml_items(body: bytes, content_type: str, url: str) -> Iterator[Mapping[str, Any]]:
    feedparser = bounded.feedparser()
    if (start := _ELEMENT.search(body)) and start.start() > MOST_BEFORE:
        raise NotAFeed("answered with a feed so broken that it cannot be read")
    headers = {"content-type": content_type or "application/xml", "content-location": url}
    # We turn markup into text ourselves, so feedparser need not sanitise it: that halves the time. The addresses in it are
    # left to feedparser although we drop them, another third: on the way it also mends markup such as "<!channel>".
    try:
        parsed = feedparser.parse(body, response_headers=headers, sanitize_html=False)
    except bounded.TooMuch as error:
        raise NotAFeed(str(error)) from error
    except Exception as error:  # over some broken documents feedparser trips with whatever went wrong inside it
        raise NotAFeed("answered with a feed so broken that it cannot be read") from error
    if not parsed.get("version") and not parsed.entries:
        raise NotAFeed(*_what_it_is(body))
    language = parsed.feed.get("language", "")
    return (_xml_item(item, language) for item in parsed.entries)


def _xml_item(item: Any, language: str) -> Mapping[str, Any]:
    told = [content.get("value") or "" for content in item.get("content", [])] + [item.get("summary") or ""]
    return {
        "id": item.get("id") or "",
        "link": item.get("link") or "",
        "title": to_text(item.get("title") or ""),
        "texts": [to_text(text) for text in dict.fromkeys(told)],
        "author": item.get("author") or "",
        "outlet": item.get("source", {}).get("title", "") or "",
        "language": item.get("language") or language,
        # dict.get: feedparser's own answers with the publication date where there is no other, and warns.
        "published": _moment(item.get("published_parsed") or dict.get(item, "updated_parsed")),
    }


def _moment(parsed: tuple[int, ...] | None) -> datetime | None:
    if parsed is None:
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError):  # a year no calendar has
        return None


_CHALLENGE = re.compile(rb"captcha|just a moment|access denied|are you a robot|cf-chl|incapsula", re.I)


def _what_it_is(body: bytes) -> tuple[str, Cause]:
    start = body[:20_000]
    if b"<html" in start.lower() or b"<!doctype html" in start.lower():
        if _CHALLENGE.search(start):
            return "answered with a bot challenge page instead of a feed (blocked)", "blocked"
        return "answered with a web page (HTML) instead of a feed", "not a feed"
    if body.startswith(b"%PDF"):
        return "answered with a PDF instead of a feed", "not a feed"
    if b"<opml" in start.lower():
        return (
            "answered with a list of feeds (OPML) instead of a feed; regpulse feeds import takes such a list",
            "not a feed",
        )
    root = re.search(rb"<([a-z][\w:.-]{0,40})", start, re.I)
    begins = f" (it begins with <{root[1].decode('ascii', 'replace')}>)" if root else ""
    return f"answered with something that is not a feed{begins}", "not a feed"


# JSON


def _json_items(body: bytes) -> Iterator[Mapping[str, Any]]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotAFeed("answered with broken JSON") from error
    if isinstance(document, dict):
        # jsonfeed.org/version/1.1 and federalregister.gov/developers/documentation/api/v1
        for name, read in (("items", _json_feed_item), ("results", _federal_register_item)):
            rows = document.get(name)
            if isinstance(rows, list):
                language = str(document.get("language") or "")
                return (read(row, language) for row in rows if isinstance(row, dict))
        if "results" in document or document.get("count") == 0:
            return iter(())
    raise NotAFeed("answered with JSON that is neither a JSON Feed nor Federal Register documents")


def _json_feed_item(row: dict[str, Any], language: str) -> Mapping[str, Any]:
    authors = row.get("authors") or [row.get("author") or {}]
    first = authors[0] if isinstance(authors, list) and authors and isinstance(authors[0], dict) else {}
    told = [_string(row, "content_html"), _string(row, "content_text"), _string(row, "summary")]
    return {
        "id": str(row.get("id") or ""),
        "link": _string(row, "url") or _string(row, "external_url"),
        "title": to_text(_string(row, "title")),
        "texts": [to_text(text) for text in told],
        "author": _string(first, "name"),
        "outlet": "",
        "language": _string(row, "language") or language,
        "published": _iso(_string(row, "date_published") or _string(row, "date_modified")),
    }


def _federal_register_item(row: dict[str, Any], language: str) -> Mapping[str, Any]:
    agencies = [agency for agency in row.get("agencies") or () if isinstance(agency, dict)]
    return {
        "id": _string(row, "document_number") or _string(row, "html_url"),
        "link": _string(row, "html_url"),
        "title": to_text(_string(row, "title")),
        "texts": [to_text(_string(row, "abstract") or _string(row, "excerpts"))],
        "author": ", ".join(_string(agency, "name") for agency in agencies),
        "outlet": "",
        "language": language,
        "published": _iso(_string(row, "publication_date")),
    }


def _string(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""


def _iso(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
