"""Reads the usual kind of feed item straight from expat: what feedparser makes of it, at a fiftieth of the cost.

Only what is surely read alike is read here. An item with anything else in it is None, and a document in which anything
else surrounds the items is unusual as a whole: feedparser takes those. `docs/architecture.md` says how that was compared.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.core.items import Scan, Unusual
from bot.core.usual.names import check_declared, role_of
from bot.core.usual.values import Odd, address, check_attributes, leads_to_the_article, mended, moment, seen, signed

Row = Mapping[str, Any]

_READ = frozenset(("title", "link", "id", "summary", "content", "published", "updated", "author", "source", "language"))

_BASES = frozenset(("base", "http://www.w3.org/XML/1998/namespace base"))
_LANG = "http://www.w3.org/XML/1998/namespace lang"
_CHANNEL_ACTS = frozenset(("lastmod", "href"))
_ABOUT = "http://www.w3.org/1999/02/22-rdf-syntax-ns# about"


def read(body: bytes, url: str) -> tuple[Row | None, ...]:
    """The items of a document that `core.items.cut` took, each as `core.formats` makes entries of; None for an odd one.

    Raises Unusual when what surrounds them may change what they mean.
    """
    reading = Reading(url)
    reading.read(body)
    return reading.found()


class _Item:
    """One item while it is read; the names are feedparser's."""

    __slots__ = (
        "authors", "contents", "has_content", "id", "is_link", "language", "link", "odd_title", "outlet", "published",
        "summary", "summary_depth", "title", "titled", "updated",
    )  # fmt: skip

    def __init__(self) -> None:
        self.title = self.id = self.outlet = self.language = ""
        self.link: str | None = None
        self.is_link = True
        self.summary: str | None = None
        self.summary_depth = 99
        self.contents: list[str] = []
        self.has_content = self.titled = self.odd_title = False
        self.published: datetime | None = None
        self.updated: datetime | None = None
        self.authors: list[str] = []

    def row(self) -> dict[str, Any]:
        if self.odd_title and not self.titled:
            raise Odd
        return {
            "id": self.id,
            "link": self.link or "",
            "title": self.title,
            "texts": (*self.contents, self.summary or ""),
            "author": self.authors[-1] if self.authors else "",
            "outlet": self.outlet,
            "language": self.language,
            "published": self.published or self.updated,
        }


class Reading(Scan):
    """Reads what the scan finds; for a document that is read whole, one pass does both."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.rows: list[dict[str, Any] | None] = []
        self.language = ""
        self._url = url
        self._in_channel = self._atom = False
        self._item: _Item | None = None
        self._odd = False
        self._role = ""
        """Of the element whose text is being gathered; "" outside of any."""
        self._role_at = 0
        self._attributes: dict[str, str] = {}
        self._author: dict[str, str] = {}
        self._part = ""
        self._text: list[str] = []
        self._roles: dict[str, str] = {}
        self.parser.buffer_text = True
        self.parser.buffer_size = 1 << 16
        self.parser.CharacterDataHandler = self._text.append

    def found(self) -> tuple[Row | None, ...]:
        """The items; None for an odd one."""
        for row in self.rows:
            if row:
                row["language"] = row["language"] or self.language
        return tuple(self.rows)

    # What surrounds the items

    def _declare(self, prefix: str | None, uri: str) -> None:
        super()._declare(prefix, uri)
        check_declared(prefix, uri)

    def _above(self, name: str, local: str, attributes: dict[str, str]) -> None:
        """Above the items: root, channel, and what stands beside the items."""
        if self._depth == 1:
            self._atom = local == "feed"
        if not _BASES.isdisjoint(attributes):
            raise Unusual
        if self._depth == 1 and local != "RDF" and (language := attributes.get(_LANG, attributes.get("lang"))):
            self.language = language.replace("_", "-")
        if local == "channel":
            self._in_channel = True
            if not _CHANNEL_ACTS.isdisjoint(attributes):
                raise Unusual

    # Elements

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        role = self._roles.get(name)
        if role and self._depth == self._items_at:  # an element known to upset nothing at this depth
            self._depth += 1
        else:
            super()._start(name, attributes)
        item = self._item
        if item is None:
            self._outside(name, attributes)
            return
        if self._odd:
            return
        if role is None:
            role = self._roles[name] = role_of(name)
        if self._depth > self._items_at + 1:
            role = self._nested(role)
        if role in _READ:
            self._role, self._role_at, self._attributes = role, self._depth, attributes
            self._text.clear()
            if role == "author":
                self._author = {}
            elif role == "link" and attributes:
                self._linked(item, attributes)
        elif role == "odd":
            self._odd = True
        elif role == "of the author":
            self._part = name.rpartition(" ")[2].lower()
            self._odd = bool("".join(self._text).strip())
            self._text.clear()
        elif role == "other title":
            item.odd_title = True

    def _outside(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if self._depth == self._items_at and local in ("item", "entry"):
            self._item, self._odd, self._role = _Item(), False, ""
            self._item.id = attributes.get(_ABOUT, "")
            self._odd = not (_BASES | _CHANNEL_ACTS).isdisjoint(attributes)
        elif self._depth <= 2:
            self._above(name, local, attributes)
        elif self._depth == 3 and self._in_channel and not _BASES.isdisjoint(attributes):
            raise Unusual
        self._text.clear()

    def _nested(self, role: str) -> str:
        """What an element within an element of an item is read as."""
        if self._role == "author" and role == "of the author" and not self._part:
            return role
        if self._role or role in _READ - {"summary"} or role in ("odd", "of the author"):
            self._odd = True
        return role

    def _end(self, name: str) -> None:
        depth = self._depth
        if depth == self._items_at:
            super()._end(name)
        else:
            self._depth -= 1
        item = self._item
        if item is None:
            self._after(name, depth)
        elif depth == self._items_at:
            self._finish(item)
        elif self._odd:
            return
        elif self._part:
            self._author[self._part] = "".join(self._text).strip()
            self._part = ""
            self._text.clear()
        elif self._role and depth == self._role_at:
            try:
                self._value(item, self._role, "".join(self._text).strip(), self._attributes)
            except Odd:
                self._odd = True
            self._role = ""

    def _after(self, name: str, depth: int) -> None:
        """The end of an element outside of the items: the feed's language is of interest."""
        within = depth == 2 if self._atom else depth == 3 and self._in_channel
        if within and role_of(name) == "language":
            self.language = "".join(self._text).strip()
            if not self.language.isascii():
                raise Unusual
        if depth == 2 and name.rpartition(" ")[2] == "channel":
            self._in_channel = False

    def _finish(self, item: _Item) -> None:
        try:
            if self._odd:
                raise Odd
            self.rows.append(item.row())
        except Odd:
            self.rows.append(None)
        self._item, self._role, self._part, self._odd = None, "", "", False

    # Values

    def _value(self, item: _Item, role: str, value: str, attributes: dict[str, str]) -> None:
        if role not in ("link", "id", "source") and attributes:
            check_attributes(role, attributes)
        value = mended(value)
        match role:
            case "title":
                if not item.titled:
                    item.title, item.titled = seen(value), bool(value)
            case "link":
                if not any(key.lower() == "href" for key in attributes):
                    item.link = address(value, self._url)
            case "id":
                self._identified(item, value, attributes)
            case "summary" | "content":
                self._told(item, role, seen(value))
            case "published":
                item.published = moment(value)
            case "updated":
                item.updated = moment(value)
            case "author":
                item.authors.append(signed(self._author) or value)
            case "source":
                item.outlet, item.titled = value, False  # a title behind it replaces the one before it
            case "language":
                item.language = value

    def _linked(self, item: _Item, attributes: dict[str, str]) -> None:
        given = {key.lower(): value for key, value in attributes.items()}
        if not _BASES.isdisjoint(attributes) or "url" in given or "uri" in given or given.get("href") == "":
            self._odd = True
        elif (href := given.get("href")) and leads_to_the_article(given):
            try:
                item.link = address(href, self._url)
            except Odd:
                self._odd = True

    def _identified(self, item: _Item, value: str, attributes: dict[str, str]) -> None:
        given = {key.lower(): text for key, text in attributes.items()}
        if not _BASES.isdisjoint(given):
            raise Odd
        if given.get("ispermalink", "true") == "true":
            item.id = address(value, self._url)
            item.link = item.id if item.link is None else item.link
        else:
            item.id = value

    def _told(self, item: _Item, role: str, value: str) -> None:
        """A second summary counts as content, and the first content as summary where there is none."""
        if role == "content" or (item.summary is not None and not item.has_content):
            item.has_content = True
            item.contents.append(value)
            item.summary = value if item.summary is None else item.summary
        elif self._role_at <= item.summary_depth:
            item.summary, item.summary_depth = value, self._role_at
